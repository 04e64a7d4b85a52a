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

double NetworkProblem::gmres_iterations() const {
    const balance::KrylovEffort& effort = network_.solver().step_solver().effort();
    return effort.solves == 0
               ? 0.0
               : static_cast<double>(effort.iterations) / static_cast<double>(effort.solves);
}

} // namespace bench
