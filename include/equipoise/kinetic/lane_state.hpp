#pragma once

#include "equipoise/kinetic/lines.hpp"
#include "equipoise/util/cache_line.hpp"

#include <Eigen/Dense>

#include <vector>

namespace equipoise::kinetic {

/// The state of all local lines at a time, in the order in which groups of lines are worked on.
struct LaneState {
    double time = 0.0;
    LineVector<double> p;     ///< density by (group, cell, lane)
    std::vector<double> v, g; ///< mean and mean drift by (group, lane)
    Eigen::VectorXd h;        ///< multipliers
};

/// From states by (line, stride) and multipliers; idle lanes repeat the last line.
void to_lanes(const Lines& lines, double time, const double* u, const Eigen::VectorXd& h,
              LaneState& state);
/// The lines' states by (line, stride).
void to_lines(Lines& lines, const LaneState& state, double* u);

} // namespace equipoise::kinetic
