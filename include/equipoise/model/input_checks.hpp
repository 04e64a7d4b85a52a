#pragma once

#include "equipoise/config/complaint.hpp"
#include "equipoise/config/config.hpp"
#include "equipoise/model/formula.hpp"
#include "equipoise/model/function.hpp"
#include "equipoise/model/model.hpp"

#include <vector>

/// What can be wrong with functions and formulas that do parse. Each check returns its complaints;
/// none: nothing is wrong.
namespace equipoise::model {

/// Finite over the domain, at t = 0 and, where the formula depends on time, at times up to the
/// run's end; looked at on a lattice of positions and times.
config::Complaints check_finite(const FormulaFunction& formula, const config::Config& config);

/// As above for initial data: t must not occur.
config::Complaints check_initial_mean(const FormulaFunction& formula, const config::Config& config);
/// As above, and not negative.
config::Complaints check_initial_variance(const FormulaFunction& formula,
                                          const config::Config& config);

/// As check_initial_mean.
config::Complaints check_initial_covariance(const FormulaFunction& formula,
                                            const config::Config& config);
/// Its square must not exceed the product of the variances, anywhere.
config::Complaints check_covariance(const Covariance& covariance,
                                    const std::vector<Population>& populations,
                                    const config::Config& config);
/// Variances and covariances together must be a positive semi-definite matrix, everywhere.
config::Complaints check_covariance_matrix(const std::vector<Population>& populations,
                                           const std::vector<Covariance>& covariances,
                                           const config::Config& config);

/// A noise intensity must not be negative. Looked at on a fine grid over its range, where that is
/// bounded, else over |z| <= 50; an interpolant may fall below 0 by its interpolation error.
config::Complaints check_noise(const Function& noise);

/// The ranges of drift, noise and gains must meet, and the initial states lie in what they have in
/// common. The network counts neurons, expected from the normal distribution at each position: half
/// a neuron outside is too many; the other solvers only need the mean inside.
config::Complaints check_range(const Population& population, const config::Config& config);

} // namespace equipoise::model
