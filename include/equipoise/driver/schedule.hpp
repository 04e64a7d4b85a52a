#pragma once

#include <cstdint>

namespace equipoise::driver {

/// Times as whole steps: the integer step is the truth, a time is step * dt.
///
/// The number of steps in a duration that is a multiple of the step (config::read has checked
/// that).
std::int64_t steps_in(double duration, double time_step);

/// How many records are made at 0, at the multiples of the interval (> 0), and at the end.
std::uint64_t records_until(double end, double interval);

/// Something that is due at step 0 and then every `every` steps; every = 0: never.
struct Periodic {
    std::int64_t every = 0;

    [[nodiscard]] bool due(std::int64_t step) const { return every > 0 && step % every == 0; }
};

} // namespace equipoise::driver
