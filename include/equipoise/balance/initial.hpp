#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/balance/drive.hpp"

#include <vector>

namespace equipoise::balance {

/// Moments of independent Gaussian states: mean v_a(x) and variance K_a(x) on a lattice of sites
/// (ModeTransform), by Gauss-Hermite quadrature. v, k: (population, site). Every moment of layout,
/// orders 0 and 1.
std::vector<double> gaussian_moments(const MomentLayout& layout, const model::Model& model,
                                     const config::SiteCount& counts, std::span<const double> v,
                                     std::span<const double> k);

/// The balance at the configured initial state: means and variances as given, in the limit n ->
/// infinity.
struct InitialBalance {
    config::SiteCount counts;            ///< the lattice on which it was computed
    std::vector<model::Position> phases; ///< its sites
    std::vector<double> mean, variance;  ///< (population, site)
    std::vector<double> moments;
    Eigen::VectorXd residual;
};

InitialBalance initial_balance(const Balance& balance, DriveModes& drive);

} // namespace equipoise::balance
