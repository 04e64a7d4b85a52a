#include "network_problem.hpp"

#include "equipoise/config/read.hpp"

namespace bench {

using namespace equipoise;

NetworkProblem::NetworkProblem(const std::string& file, const std::vector<std::string>& overrides,
                               const parallel::Communicator& comm)
    : config_(config::read(file, overrides)), model_(config_), balance_(model_),
      network_(comm, config_, balance_) {
    for (const config::Population& population : config_.populations) {
        neurons_ += population.neurons;
    }
    network_.start();
}

} // namespace bench
