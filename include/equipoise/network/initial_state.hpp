#pragma once

#include "equipoise/config/config.hpp"
#include "equipoise/domain/placement.hpp"
#include "equipoise/model/model.hpp"
#include "equipoise/util/cache_line.hpp"

#include <cstddef>

namespace equipoise::network {

/// States at time 0 of a population's neurons on this rank: normal, with the configured means,
/// variances and covariances; neuron j of one population varies with neuron j of another. A state
/// depends on the seed and the neuron alone, and where no covariance is given on nothing of the
/// other populations.
LineVector<double> initial_states(const model::Model& model, const config::Config& config,
                                  const domain::Placement& placement, std::size_t population);

} // namespace equipoise::network
