#pragma once

#include "equipoise/domain/partition.hpp"
#include "equipoise/util/cache_line.hpp"

#include <cstdint>

namespace equipoise::domain {

/// The states z of one population on this rank: data and where it belongs, no behaviour.
struct PopulationState {
    std::int64_t neurons = 0;      ///< of the population, on all ranks
    std::int64_t first_neuron = 0; ///< global index of z[0]
    BlockRange blocks;             ///< local blocks
    LineVector<double> z;
};

} // namespace equipoise::domain
