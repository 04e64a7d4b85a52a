#pragma once

#include "equipoise/network/measure.hpp"
#include "equipoise/network/solver.hpp"

#include <cstdint>
#include <vector>

namespace equipoise::network {

/// Indices of `traces` neurons of a population, evenly spaced (all, when there are fewer).
std::vector<std::int64_t> traced_neurons(std::int64_t neurons, std::int64_t traces);

/// The states of the traced neurons, (population, trace), at the network's time; settles it. Each
/// neuron has one owner, the others add 0 to its bit pattern: exact. Collective through `sum`.
std::vector<double> trace(NetworkSolver& solver,
                          const std::vector<std::vector<std::int64_t>>& neurons,
                          const SumOverRanks& sum);

} // namespace equipoise::network
