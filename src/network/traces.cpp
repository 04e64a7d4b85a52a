#include "equipoise/network/traces.hpp"

#include <algorithm>
#include <bit>

namespace equipoise::network {

std::vector<std::int64_t> traced_neurons(std::int64_t neurons, std::int64_t traces) {
    const std::int64_t count = std::min(neurons, traces);
    std::vector<std::int64_t> indices;
    for (std::int64_t i = 0; i < count; ++i) {
        indices.push_back(i * (neurons / count)); // count <= 2^31, so nothing overflows
    }
    return indices;
}

std::vector<double> trace(NetworkSolver& solver,
                          const std::vector<std::vector<std::int64_t>>& neurons,
                          const SumOverRanks& sum) {
    solver.settle();
    std::vector<std::int64_t> bits;
    for (std::size_t a = 0; a < neurons.size(); ++a) {
        const domain::PopulationState& state = solver.state(a);
        const auto local = static_cast<std::int64_t>(state.z.size());
        for (const std::int64_t neuron : neurons[a]) {
            const std::int64_t at = neuron - state.first_neuron;
            const bool mine = at >= 0 && at < local;
            bits.push_back(mine ? std::bit_cast<std::int64_t>(state.z[static_cast<std::size_t>(at)])
                                : std::int64_t{0});
        }
    }
    sum(bits);
    std::vector<double> states;
    for (const std::int64_t word : bits) {
        states.push_back(std::bit_cast<double>(word));
    }
    return states;
}

} // namespace equipoise::network
