#pragma once

#include <petscts.h>

#include <functional>
#include <optional>

namespace equipoise::parallel {

/// Where a TS stands, and what its controller wants next.
struct StepState {
    double time = 0.0;
    double last_step = 0.0;
    double next_step = 0.0; ///< the step that the controller asked for, before it was cut
};

/// The length of the next step on the way to t_stop: a fixed one becomes equal parts of the way; an
/// adaptive one that would leave a small rest is cut to half the way.
double choose_step(const StepState& state, std::optional<double> fixed, double t_stop);

/// One step of `ts` that does not go beyond t_stop, which it meets exactly; updates `state`. `run`
/// gets TSStep's return code and throws when it says so. Returns TS_CONVERGED_ITERATING or the
/// reason why no step was made (negative).
TSConvergedReason take_step(TS ts, StepState& state, std::optional<double> fixed, double t_stop,
                            const std::function<void(PetscErrorCode)>& run);

} // namespace equipoise::parallel
