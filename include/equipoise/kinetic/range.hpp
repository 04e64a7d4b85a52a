#pragma once

#include "equipoise/config/config.hpp"
#include "equipoise/kinetic/grid.hpp"
#include "equipoise/model/model.hpp"

#include <array>
#include <vector>

namespace equipoise::kinetic {

/// Mass that an automatic range may leave outside, at most.
inline constexpr double tail_mass = 1e-10;
/// Mass in an outermost cell beyond which a run stops: the range is too small. Its error in means
/// and variances is of this size.
inline constexpr double boundary_mass = 1e-8;

/// What the range is chosen from, of one population.
struct Spread {
    double largest_variance = 0.0;                ///< initial, over the sites
    double lowest_mean = 0.0, highest_mean = 0.0; ///< initial, over the sites
};

/// The range of y, the same for all populations: as configured, or such that neither the initial
/// Gaussian densities nor the stationary densities of drift and noise, held at their lowest, middle
/// and highest initial means, have more than tail_mass outside, plus a tenth. Throws NumericsError
/// when a stationary density does not fit into any reasonable range (a drift that does not confine,
/// tails that are too heavy), or when a configured range cuts an initial density.
std::array<double, 2> choose_range(const config::Config& config, const model::Model& model,
                                   const std::vector<Spread>& spreads);

/// The interval around the mean v that holds all but tail_mass of the stationary density with that
/// mean. Throws NumericsError as above.
std::array<double, 2> stationary_range(const model::Population& population, double v,
                                       double first_guess);

} // namespace equipoise::kinetic
