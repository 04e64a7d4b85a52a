#pragma once

#include "equipoise/model/model.hpp"

#include <span>

namespace equipoise::model {

/// What the initial variances and covariances may be off by, relatively, from being positive
/// semi-definite: the rounding of expressions such as sqrt(2).
inline constexpr double covariance_rounding = 1e-12;

/// L with L L^T = C, the covariance matrix of all populations' initial states at position x: lower
/// triangular, (population, population) by rows, by Cholesky's method. States with this covariance
/// are v + L xi with independent standard normals xi. Where C is singular to covariance_rounding,
/// columns of L are 0. NaN on the diagonal where C is not positive semi-definite.
void initial_factor(std::span<const Population> populations,
                    std::span<const Covariance> covariances, const Position& x,
                    std::span<double> factor);

} // namespace equipoise::model
