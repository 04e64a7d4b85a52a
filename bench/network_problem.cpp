#include "network_problem.hpp"

#include "equipoise/config/read.hpp"
#include "equipoise/domain/partition.hpp"

#include <numeric>

namespace bench {

using namespace equipoise;

namespace {

std::vector<domain::Placement> place(const parallel::Communicator& comm,
                                     const config::Config& config) {
    std::vector<std::int64_t> neurons;
    for (const config::Population& population : config.populations) {
        neurons.push_back(population.neurons);
    }
    const domain::Partition partition(neurons, comm.size());
    std::vector<domain::Placement> placements;
    for (std::size_t a = 0; a < neurons.size(); ++a) {
        placements.emplace_back(config, a, partition.range(a, comm.rank()), comm);
    }
    return placements;
}

} // namespace

NetworkProblem::NetworkProblem(const std::string& file, const std::vector<std::string>& overrides)
    : comm_(parallel::Communicator::world()), config_(config::read(file, overrides)),
      model_(config_), balance_(model_), placements_(place(comm_, config_)),
      solver_(balance_, config_, placements_) {
    for (const config::Population& population : config_.populations) {
        neurons_ += population.neurons;
    }
    solver_.start();
    exchange();
}

void NetworkProblem::step() {
    solver_.local_pass();
    exchange();
}

void NetworkProblem::exchange() {
    parallel::PendingSum pending(comm_, solver_.message().words());
    solver_.draw_ahead([&pending] { return pending.test(); });
    pending.wait();
    solver_.receive();
}

double NetworkProblem::mean(std::size_t population) {
    solver_.settle();
    const std::vector<double>& z = solver_.state(population).z;
    return std::accumulate(z.begin(), z.end(), 0.0) / static_cast<double>(z.size());
}

} // namespace bench
