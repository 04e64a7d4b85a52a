#pragma once

#include "equipoise/kinetic/limiter.hpp"
#include "equipoise/kinetic/line_stepper.hpp"
#include "equipoise/kinetic/lines_ts.hpp"
#include "equipoise/kinetic/petsc_system.hpp"
#include "equipoise/kinetic/step_control.hpp"
#include "equipoise/kinetic/system.hpp"
#include "equipoise/parallel/petsc_objects.hpp"
#include "equipoise/parallel/petsc_setup.hpp"
#include "equipoise/parallel/petsc_step.hpp"

#include <petscts.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace equipoise::kinetic {

/// Steps the system by PETSc's TS. By default by a type of our own that works line by line
/// (LinesTs): a backward differentiation formula, of order 2 with a fixed step, which it takes
/// however long it is, and of order 3 where the error chooses the step. Options that speak of
/// another TS, or of PETSc's own nonlinear and linear solvers (SNES, KSP), choose TSBDF of order 2
/// with Newton's method and the direct solution of System as a preconditioner (PetscSystem):
/// slower, and everything can be changed. All of it is under the prefix kinetic_. After each step,
/// densities that turned negative are repaired (Limiter) and the means projected back.
class Stepper {
  public:
    /// u: the local lines' state; must lie on the balanced manifold.
    Stepper(System& system, const StepControl& control, double t, const std::vector<double>& u,
            const Eigen::VectorXd& h);
    Stepper(const Stepper&) = delete;
    Stepper& operator=(const Stepper&) = delete;
    ~Stepper();

    /// One step that does not go beyond t_stop, which it meets exactly. Throws NumericsError when
    /// no step can be made.
    void step(double t_stop);
    /// Makes the system's balance_residual() and jacobian() those of the present state, where they
    /// are not already.
    void evaluate_present();
    /// The present state and those before it that the formula still looks at, oldest first.
    [[nodiscard]] std::vector<PastState> history();
    /// Goes on from such a history as if it had come here itself: the next steps have the same bits
    /// (with the default formula). One state: starts anew, without history.
    void restore(const std::vector<PastState>& history);

    [[nodiscard]] double time() const noexcept { return now_.time; }
    [[nodiscard]] double last_step() const noexcept { return now_.last_step; }
    /// The step that the next one will be tried with, unless cut short; set it after restore() to
    /// go on as before.
    [[nodiscard]] double next_step() const noexcept { return now_.next_step; }
    void set_next_step(double dt) noexcept { now_.next_step = dt; }
    [[nodiscard]] const StepCounts& counts() const noexcept { return counts_; }
    /// The present state, (local line, stride). Valid until the next step.
    [[nodiscard]] const double* state();
    /// Whether a first look finds nothing wrong with it (LineStepper); false says nothing.
    [[nodiscard]] bool looks_sound(double largest_at_ends) const;
    [[nodiscard]] const Eigen::VectorXd& multipliers() const noexcept { return multipliers_; }

  private:
    void create_objects();
    void set_tolerances();
    std::int64_t limit(const std::vector<double>& before);
    [[noreturn]] void fail(double dt, const std::string& reason);

    System* system_;
    StepControl control_;
    parallel::DmHandle lines_dm_;
    parallel::StateLayout layout_;
    PetscSystem petsc_;
    std::optional<LineStepper> line_stepper_; ///< of the default type, as the next
    std::optional<LinesTs> lines_ts_;
    std::optional<Limiter> limiter_; ///< of the other types
    parallel::TsHandle ts_;
    parallel::StepState now_;
    double first_step_ = 0.0;
    Eigen::VectorXd multipliers_;
    bool evaluated_ = false; ///< evaluate_present()
    StepCounts counts_;
    PetscInt rejections_ = 0, iterations_ = 0; ///< the TS's counts when it last started anew
};

} // namespace equipoise::kinetic
