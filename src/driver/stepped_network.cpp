#include "equipoise/driver/stepped_network.hpp"

#include "equipoise/util/errors.hpp"
#include "equipoise/util/stopwatch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>

namespace equipoise::driver {

config::Config of_realisation(config::Config config, std::int64_t realisation) {
    config.run.seed += static_cast<std::uint64_t>(realisation);
    return config;
}

void NetworkPhases::add(const NetworkPhases& other) {
    noise += other.noise;
    update += other.update;
    moments += other.moments;
    communication += other.communication;
    balance += other.balance;
    output += other.output;
}

std::string speed_in_words(double neuron_steps, const NetworkPhases& of) {
    const double all = std::max(1e-9, of.steps() + of.output);
    return fmt::format("  {:.3g} neuron-steps/s; on rank 0: noise {:.0f} %, update {:.0f} %, "
                       "moments {:.0f} %, communication {:.0f} %, balance {:.0f} %, output {:.0f} "
                       "%\n",
                       neuron_steps / all, 100.0 * of.noise / all, 100.0 * of.update / all,
                       100.0 * of.moments / all, 100.0 * of.communication / all,
                       100.0 * of.balance / all, 100.0 * of.output / all);
}

SteppedNetwork::SteppedNetwork(const parallel::Communicator& comm, const config::Config& config,
                               const balance::Balance& balance)
    : comm_(comm), balance_(&balance), placements_(domain::place(config, comm)),
      solver_(balance, config, placements_),
      measurement_(solver_, placements_,
                   network::recorded_basis(balance.model(), config.network.modes),
                   config.network.bins, config.network.density_cells, config.network.density_range),
      sum_([this](std::span<std::int64_t> values) { comm_.sum(values); }) {}

void SteppedNetwork::start() {
    solver_.start();
    exchange();
}

Request SteppedNetwork::step(Request asked) {
    solver_.local_pass();
    solver_.message().ask(asked);
    exchange();
    return solver_.message().request();
}

NetworkPhases SteppedNetwork::phases() const {
    return {solver_.noise_seconds(), solver_.update_seconds(), solver_.moment_seconds(),
            communication_seconds_,  balance_seconds_,         0.0};
}

void SteppedNetwork::exchange() {
    parallel::PendingSum pending(comm_, solver_.message().words());
    solver_.draw_ahead([&pending] { return pending.test(); });
    Stopwatch watch;
    pending.wait();
    communication_seconds_ += watch.restart();
    solver_.receive();
    balance_seconds_ += watch.seconds();
    const std::vector<std::size_t> faulty = solver_.faulty();
    if (faulty.empty()) {
        return;
    }
    const std::string detail = comm_.first_text(solver_.describe_fault());
    std::string names;
    for (const std::size_t a : faulty) {
        names += (names.empty() ? "" : ", ") + balance_->model().population(a).name;
    }
    throw NumericsError(fmt::format(
        "time {:.6g}, population {}: the network has left the range of its functions or blown "
        "up{}{}; look at "
        "`equipoise check` for the spectrum of J and the stable steps, then take a smaller "
        "network.time_step, network.scheme = balanced, or a wider range of the expression or table",
        solver_.time(), names, detail.empty() ? "" : ": ", detail));
}

} // namespace equipoise::driver
