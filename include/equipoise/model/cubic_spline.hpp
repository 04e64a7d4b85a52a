#pragma once

#include "equipoise/model/interpolant.hpp"

#include <span>
#include <vector>

namespace equipoise::model {

/// The twice continuously differentiable piecewise cubic through the points (z_i, y_i), at least
/// four with z ascending, as the pieces of an Interpolant. Not-a-knot ends: the third derivative is
/// continuous at the second and at the last but one point too, so that a cubic is reproduced and no
/// curvature is invented at the ends (C. de Boor, A Practical Guide to Splines, chapter IV).
std::vector<Interpolant::Piece> cubic_spline(std::span<const double> z, std::span<const double> y);

} // namespace equipoise::model
