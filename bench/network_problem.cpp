#include "network_problem.hpp"

#include "equipoise/config/read.hpp"

#include <numeric>

namespace bench {

using namespace equipoise;

NetworkProblem::NetworkProblem(const std::string& file, const std::vector<std::string>& overrides)
    : comm_(parallel::Communicator::world()), config_(config::read(file, overrides)),
      model_(config_), balance_(model_), placements_(domain::place(config_, comm_)),
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
