#include "equipoise/parallel/petsc_step.hpp"

#include "equipoise/parallel/petsc.hpp"
#include "equipoise/util/errors.hpp"

#include <algorithm>
#include <cmath>

namespace equipoise::parallel {

double choose_step(const StepState& state, std::optional<double> fixed, double t_stop) {
    const double rest = t_stop - state.time;
    const double wanted = fixed.value_or(state.next_step);
    const double equal_parts = std::ceil(rest / wanted - 1e-6);
    if (fixed.has_value()) {
        return rest / std::max(1.0, equal_parts);
    }
    return equal_parts <= 2.0 ? rest / std::max(1.0, equal_parts) : wanted;
}

TSConvergedReason take_step(TS ts, StepState& state, std::optional<double> fixed, double t_stop,
                            const std::function<void(PetscErrorCode)>& run) {
    ensure(t_stop > state.time, "a step goes forward in time");
    const double wanted = state.next_step;
    const double dt = choose_step(state, fixed, t_stop);
    EQUIPOISE_PETSC(TSSetTimeStep(ts, dt));
    EQUIPOISE_PETSC(TSSetMaxTime(ts, t_stop));
    run(TSStep(ts));
    TSConvergedReason reason = TS_CONVERGED_ITERATING;
    EQUIPOISE_PETSC(TSGetConvergedReason(ts, &reason));
    if (reason < 0) {
        state.last_step = dt;
        return reason;
    }
    double reached = 0.0;
    EQUIPOISE_PETSC(TSGetTime(ts, &reached));
    EQUIPOISE_PETSC(TSGetTimeStep(ts, &state.next_step));
    state.last_step = reached - state.time;
    if (state.last_step > 0.999 * dt && dt < wanted) {
        state.next_step = std::max(state.next_step, wanted); // it was cut short only to meet t_stop
    }
    state.time = std::abs(reached - t_stop) < 1e-6 * state.last_step ? t_stop : reached;
    EQUIPOISE_PETSC(TSSetTime(ts, state.time));
    return TS_CONVERGED_ITERATING;
}

} // namespace equipoise::parallel
