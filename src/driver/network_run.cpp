#include "equipoise/driver/network_run.hpp"

#include "equipoise/domain/partition.hpp"
#include "equipoise/network/traces.hpp"
#include "equipoise/util/errors.hpp"
#include "equipoise/util/stopwatch.hpp"

#include <fmt/format.h>

namespace equipoise::driver {

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

Periodic every(double interval, double time_step) {
    return {interval > 0.0 ? steps_in(interval, time_step) : 0};
}

std::vector<std::vector<std::int64_t>> choose_traced(const config::Config& config) {
    std::vector<std::vector<std::int64_t>> traced;
    for (const config::Population& population : config.populations) {
        traced.push_back(network::traced_neurons(population.neurons, config.network.traces));
    }
    return traced;
}

} // namespace

NetworkRun::NetworkRun(const parallel::Communicator& comm, const config::Config& config,
                       const balance::Balance& balance)
    : comm_(comm), config_(&config), balance_(&balance), placements_(place(comm, config)),
      solver_(balance, config, placements_),
      measurement_(solver_, placements_,
                   network::recorded_basis(balance.model(), config.network.modes),
                   config.network.bins, config.network.density_cells, config.network.density_range),
      sum_([this](std::span<std::int64_t> values) { comm_.sum(values); }),
      traced_(choose_traced(config)), output_(config, balance.model(), measurement_, traced_) {
    const double step = config.network.time_step;
    records_ = every(config.run.output_interval, step);
    snapshots_ = every(config.network.snapshot_interval, step);
    densities_ = every(config.network.density_interval, step);
    if (config.network.traces > 0) {
        traces_ = every(config.network.trace_interval, step);
        if (traces_.every == 0) {
            traces_.every = 1;
        }
    }
    for (const config::Population& population : config.populations) {
        neurons_ += population.neurons;
    }
}

void NetworkRun::declare(io::Schema& schema) const {
    output_.declare(schema);
}

void NetworkRun::exchange() {
    parallel::PendingSum pending(comm_, solver_.message().words());
    solver_.draw_ahead([&pending] { return pending.test(); });
    const Stopwatch watch;
    pending.wait();
    communication_seconds_ += watch.seconds();
    solver_.receive();
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

void NetworkRun::begin(io::OutputFile& file) {
    output_.begin(file, placements_);
    solver_.start();
    exchange();
    record_what_is_due(file);
}

void NetworkRun::advance(double t, io::OutputFile& file) {
    const std::int64_t target = steps_in(t, config_->network.time_step);
    while (solver_.step() < target) {
        solver_.local_pass();
        exchange();
        record_what_is_due(file);
    }
}

void NetworkRun::record_what_is_due(io::OutputFile& file) {
    const std::int64_t step = solver_.step();
    const bool last_step = step == steps_in(config_->run.t_end, config_->network.time_step);
    const Stopwatch watch;
    if (traces_.due(step)) {
        output_.trace(file, solver_.time(), network::trace(solver_, traced_, sum_));
    }
    if (records_.due(step) || last_step || densities_.due(step)) {
        last_ = measurement_.measure(sum_);
    }
    if (records_.due(step) || last_step) {
        output_.record(file, last_);
    }
    if (densities_.due(step)) {
        last_density_ = measurement_.density(sum_);
        last_density_time_ = solver_.time();
        output_.density(file, last_density_time_, last_density_);
    }
    if (snapshots_.due(step)) {
        solver_.settle();
        output_.snapshot(file, solver_);
    }
    output_seconds_ += watch.seconds();
}

RecordView NetworkRun::view() const {
    return {last_.time, last_.mean, last_.variance, last_.mean_modes, {}, {}, {}};
}

NetworkPhases NetworkRun::phases() const {
    return {solver_.noise_seconds(), solver_.update_seconds(), communication_seconds_,
            output_seconds_};
}

} // namespace equipoise::driver
