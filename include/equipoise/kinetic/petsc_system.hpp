#pragma once

#include "equipoise/kinetic/system.hpp"
#include "equipoise/parallel/petsc_callbacks.hpp"
#include "equipoise/parallel/petsc_objects.hpp"

#include <petscts.h>

#include <string>
#include <string_view>
#include <vector>

namespace equipoise::kinetic {

/// The System as PETSc sees it: residual and Jacobian of a TS, the Jacobian as a shell matrix, its
/// direct solution as a preconditioner (PCSHELL) that is applied once (KSPPREONLY), and the test
/// that ends Newton's method. A vector holds the local lines' states and, on rank 0, the
/// multipliers. Everything but the constructor is collective.
class PetscSystem {
  public:
    explicit PetscSystem(System& system) : system_(&system) {}
    PetscSystem(const PetscSystem&) = delete;
    PetscSystem& operator=(const PetscSystem&) = delete;
    ~PetscSystem() = default;

    /// Gives the TS, whose solution is such a vector, its functions, and its SNES and KSP their
    /// defaults. Stays where it is for as long as the TS is used.
    void attach(TS ts, Vec solution);

    void load(Vec vector, std::vector<double>& u, Eigen::VectorXd& h) const;
    void store(const std::vector<double>& u, const Eigen::VectorXd& h, Vec vector) const;

    /// The multipliers of a vector whose local values are these.
    [[nodiscard]] Eigen::VectorXd multipliers(const double* values) const;
    /// The other way. Local.
    void store_multipliers(const Eigen::VectorXd& h, double* values) const;

    /// Why the balance could not be solved since the last clear_complaint(); empty: it could.
    [[nodiscard]] const std::string& complaint() const noexcept { return complaint_; }
    void clear_complaint() { complaint_.clear(); }
    void complain(const std::string& text) { complaint_ = text; }
    /// After a call to PETSc that ran the functions: throws what they threw, or an error of PETSc.
    void check(PetscErrorCode code, std::string_view call) { failure_.check(code, call); }
    /// Runs the body of a function that PETSc calls; its exceptions are for check().
    template <class Body>
    PetscErrorCode guarded(const Body& body) {
        return failure_.guarded(body);
    }

  private:
    struct Callbacks;
    friend struct Callbacks;

    void evaluate(double t, Vec vector);
    [[nodiscard]] bool converged(Vec residual, bool first) const;

    System* system_;
    parallel::MatHandle matrix_;
    std::string complaint_;
    parallel::CallbackFailure failure_;
};

} // namespace equipoise::kinetic
