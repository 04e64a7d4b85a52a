#include "equipoise/driver/schedule.hpp"

#include <cmath>

namespace equipoise::driver {

std::int64_t steps_in(double duration, double time_step) {
    return static_cast<std::int64_t>(std::llround(duration / time_step));
}

} // namespace equipoise::driver
