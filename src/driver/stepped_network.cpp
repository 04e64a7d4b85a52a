#include "equipoise/driver/stepped_network.hpp"

#include "equipoise/util/errors.hpp"
#include "equipoise/util/stopwatch.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <span>
#include <string>

namespace equipoise::driver {

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
