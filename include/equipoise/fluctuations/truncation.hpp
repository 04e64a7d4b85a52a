#pragma once

#include "equipoise/fluctuations/population.hpp"

namespace equipoise::fluctuations {

/// The least number of leading coordinates that keeps every observable and the response but for
/// `tolerance` of its sum of squares (all are coefficients in an orthonormal basis, so that their
/// sums of squares converge).
Eigen::Index needed_modes(const Linearisation& full, double tolerance);

/// Keeps the first `modes` coordinates.
void truncate(Linearisation& full, Eigen::Index modes);

} // namespace equipoise::fluctuations
