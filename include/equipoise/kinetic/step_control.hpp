#pragma once

#include "equipoise/kinetic/lines.hpp"

#include <Eigen/Dense>

#include <cstdint>
#include <optional>
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

/// Mass that may be moved to make a density positive: a tenth of the error allowed in a step, or
/// far below that of a fixed step which undershoots so far.
inline double negligible_undershoot(const StepControl& control) {
    constexpr double with_fixed_step = 3e-8;
    return control.time_step.has_value() ? with_fixed_step : 0.1 * control.tolerance;
}

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

} // namespace equipoise::kinetic
