#pragma once

#include "equipoise/kinetic/limiter.hpp"
#include "equipoise/kinetic/petsc_newton.hpp"
#include "equipoise/kinetic/petsc_system.hpp"
#include "equipoise/kinetic/system.hpp"
#include "equipoise/parallel/petsc_objects.hpp"
#include "equipoise/parallel/petsc_setup.hpp"
#include "equipoise/parallel/petsc_step.hpp"

#include <petscts.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace equipoise::kinetic {

/// How the time step is chosen.
struct StepControl {
    std::optional<double> time_step; ///< fixed; none: by the tolerance
    double tolerance = 1e-6;         ///< local error per step in densities and means, relative to
                                     ///< their scales
    double density_scale = 1.0;      ///< of p
    double mean_scale = 1.0;         ///< of v
};

/// A state at a time: of the local lines, and the multipliers.
struct PastState {
    double time = 0.0;
    std::vector<double> values;  ///< (local line, stride)
    Eigen::VectorXd multipliers; ///< h
};

struct StepCounts {
    std::int64_t steps = 0, rejected = 0, newton = 0;
    std::int64_t limited_lines = 0; ///< how often a line's density needed the limiter
    std::int64_t limited_steps = 0;
};

/// Steps the system by PETSc's TS: the second-order backward differentiation formula (TSBDF),
/// Newton's method (SNES), and by default the direct solution of System (PetscSystem). Everything
/// can be changed under the prefix kinetic_. After each step, densities that turned negative are
/// repaired (Limiter) and the means projected back.
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
    /// Makes the system's last evaluation that of the present state, where it is not already.
    void evaluate_present();
    /// The present state and those before it that the formula still looks at, oldest first.
    [[nodiscard]] std::vector<PastState> history() const;
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
    /// The present state.
    [[nodiscard]] const std::vector<double>& state() const noexcept { return state_; }
    [[nodiscard]] const Eigen::VectorXd& multipliers() const noexcept { return multipliers_; }

  private:
    void create_objects();
    void set_tolerances();
    void limit(double dt);
    void replay(const PastState& next);
    void set_present(const PastState& state);
    [[noreturn]] void fail(double dt, const std::string& reason);

    System* system_;
    StepControl control_;
    Limiter limiter_;
    parallel::DmHandle lines_dm_;
    parallel::StateLayout layout_;
    PetscSystem petsc_;
    PetscNewton newton_;
    parallel::TsHandle ts_;
    parallel::StepState now_;
    double first_step_ = 0.0;
    std::vector<double> state_;
    Eigen::VectorXd multipliers_;
    bool evaluated_ = false;     ///< the system's last evaluation is that of the present state
    std::deque<PastState> past_; ///< earlier states, oldest first
    StepCounts counts_;
    PetscInt replayed_rejections_ = 0, replayed_iterations_ = 0; ///< no effort of ours
};

} // namespace equipoise::kinetic
