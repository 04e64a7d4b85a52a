#pragma once

#include "equipoise/field/system.hpp"
#include "equipoise/field/unknowns.hpp"
#include "equipoise/parallel/petsc_callbacks.hpp"
#include "equipoise/parallel/petsc_objects.hpp"
#include "equipoise/parallel/petsc_setup.hpp"
#include "equipoise/parallel/petsc_step.hpp"

#include <petscts.h>

#include <cstdint>
#include <memory>
#include <optional>

namespace equipoise::field {

/// How the time step is chosen.
struct StepControl {
    std::optional<double> time_step; ///< fixed; none: by the tolerance
    double tolerance = 1e-8;         ///< local error per step, relative to the scales
    double mean_scale = 1.0;         ///< of v
    double variance_scale = 1.0;     ///< of K
};

struct StepCounts {
    std::int64_t steps = 0, rejected = 0;
};

/// Steps the system's Unknowns by PETSc's TS, under the prefix field_:
///   eps = 0   with h from J h = -b, by Verner's explicit Runge-Kutta pair of order 8 (TSRK 8vr);
///             where the projection alone finds the state, by Bogacki and Shampine's of order 3,
///             which then only has to lead near it
///   eps > 0   with h, eps dh/dt = b + J h being stiff: an additive Runge-Kutta pair of order 4
///             (TSARKIMEX 4), explicit in the rest, implicit in h. A stage's state is known when
///             its h is sought, which is a small linear system: a stage costs one evaluation, as in
///             the explicit case, whatever eps is.
/// After each step the means are projected back onto r = eps h.
class Stepper {
  public:
    /// From the system's present state, which must lie on the balanced manifold.
    Stepper(System& system, const StepControl& control, const Eigen::VectorXd& h);
    Stepper(const Stepper&) = delete;
    Stepper& operator=(const Stepper&) = delete;
    ~Stepper();

    /// One step that does not go beyond t_stop, which it meets exactly. Throws NumericsError when
    /// no step can be made.
    void step(double t_stop);
    /// Goes on from another state of the system.
    void restart(const Eigen::VectorXd& h);

    [[nodiscard]] double time() const noexcept { return now_.time; }
    /// The step that the next one will be tried with, unless cut short; set it after restart() to
    /// go on as before.
    [[nodiscard]] double next_step() const noexcept { return now_.next_step; }
    void set_next_step(double dt) noexcept { now_.next_step = dt; }
    [[nodiscard]] const StepCounts& counts() const noexcept { return counts_; }
    /// Whether the states depend on the past through rounding alone (Unknowns).
    [[nodiscard]] bool forgets_errors() const noexcept { return projected_; }
    [[nodiscard]] const Eigen::VectorXd& multipliers() const noexcept { return multipliers_; }

  private:
    struct Callbacks;
    friend struct Callbacks;

    [[nodiscard]] bool is_stiff() const;
    void create_objects();
    void choose_explicit();
    void choose_additive();
    void set_tolerances();
    void correct_multipliers();

    System* system_;
    StepControl control_;
    std::unique_ptr<Unknowns> unknowns_;
    bool projected_ = false; ///< the projection alone finds the state
    parallel::StateLayout layout_;
    parallel::MatHandle matrix_;
    parallel::TsHandle ts_;
    parallel::StepState now_;
    Eigen::VectorXd multipliers_;
    double shift_ = 1.0;                    ///< of the last stage: d(dh/dt)/dh
    Eigen::VectorXd stage_h_, stage_drift_; ///< h of the last stage, and b + J h there
    StepCounts counts_;
    parallel::CallbackFailure failure_; ///< thrown inside a callback of PETSc
};

} // namespace equipoise::field
