#pragma once

#include "equipoise/field/system.hpp"
#include "equipoise/parallel/petsc_objects.hpp"
#include "equipoise/parallel/petsc_setup.hpp"

#include <Eigen/Dense>

#include <memory>
#include <vector>

namespace equipoise::field {

/// What the time stepper integrates, as one vector of PETSc's. The multipliers, where they are
/// among it (eps > 0), stand at its end on rank 0. Functions are collective.
class Unknowns {
  public:
    Unknowns(const Unknowns&) = delete;
    Unknowns& operator=(const Unknowns&) = delete;
    virtual ~Unknowns() = default;

    /// v and K of the sites; or, where the sites' own motion is known in closed form (OwnMotion),
    /// only what the multipliers add to the means since the step's begin: the coefficients c of the
    /// kernels' modes.
    static std::unique_ptr<Unknowns> of(System& system);

    /// Makes the vector.
    virtual void create(parallel::StateLayout& layout) = 0;
    /// Whether a state is found by projecting onto the balanced manifold alone: then no error in
    /// time remains after it, and a step need only be so short that Newton's method finds it.
    [[nodiscard]] virtual bool found_by_projection() = 0;
    /// The time within which the unknowns change by as much as they are; none known: 1.
    [[nodiscard]] virtual double time_scale() const = 0;
    /// A step begins at the system's present state and time: the vector of that, with h.
    virtual void begin(const Eigen::VectorXd& h, Vec vector) = 0;
    /// Brings the system to the vector's state at t; h from the vector, empty when it has none.
    virtual Eigen::VectorXd take(double t, Vec vector) = 0;
    /// Rates of the present state for these h; 0 for the multipliers.
    virtual void rates(const Eigen::VectorXd& h, Vec vector) = 0;
    /// Constants for v (and what is added to it), K and h.
    virtual void fill(double means, double variances, double multipliers, Vec vector) const = 0;

    [[nodiscard]] Eigen::VectorXd multipliers(Vec vector) const;
    void set_multipliers(const Eigen::VectorXd& h, Vec vector) const;

  protected:
    explicit Unknowns(System& system) : system_(&system) {}
    [[nodiscard]] System& system() const noexcept { return *system_; }
    /// Multipliers in the vector.
    [[nodiscard]] Eigen::Index carried() const;
    /// The last values of the vector, which rank 0 holds.
    [[nodiscard]] Eigen::VectorXd read_end(Eigen::Index count, Vec vector) const;
    void write_end(const Eigen::VectorXd& values, Vec vector) const;

  private:
    System* system_;
};

} // namespace equipoise::field
