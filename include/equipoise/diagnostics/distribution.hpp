#pragma once

#include <cstddef>
#include <span>
#include <vector>

/// Distances between distributions of one variable.
namespace equipoise::diagnostics {

/// How far apart two distributions are on an interval.
struct DistributionDistance {
    double kolmogorov_smirnov = 0.0; ///< max |F - G|
    double wasserstein = 0.0;        ///< integral of |F - G|: the mean distance mass must move
};

/// From the cumulative distributions F and G at the same edges, increasing, at least two. Both are
/// taken as conditional on lying between the first edge and the last, so that what they hold
/// outside does not count. NaN where one of them holds nothing inside.
DistributionDistance distribution_distance(std::span<const double> edges, std::span<const double> f,
                                           std::span<const double> g);

/// The Kolmogorov-Smirnov distance that a sample of n independent values exceeds with probability
/// 0.01 about the distribution it was drawn from: 1.63/sqrt(n) (its limit for large n).
double kolmogorov_smirnov_critical(double n);

/// Cumulative distribution at `edges` of a density on equal cells from `lower` on, of the given
/// width, by linear interpolation between the cells' faces.
std::vector<double> cumulative(std::span<const double> density, double lower, double width,
                               std::span<const double> edges);

/// Weights that turn values at `sites` equidistant points of a ring, the first at 0, into averages
/// over `bins` equal bins of it, (bin, site): the integral of the linear interpolation, exact to
/// second order in the distance of the points. Every row sums to 1.
std::vector<double> bin_weights(std::size_t sites, std::size_t bins);

} // namespace equipoise::diagnostics
