#include "equipoise/driver/schedule.hpp"

#include <cmath>

namespace equipoise::driver {

std::int64_t steps_in(double duration, double time_step) {
    return static_cast<std::int64_t>(std::llround(duration / time_step));
}

std::uint64_t records_until(double end, double interval) {
    constexpr double rounding = 1e-9;
    return 1 + static_cast<std::uint64_t>(std::ceil(end / interval - rounding));
}

} // namespace equipoise::driver
