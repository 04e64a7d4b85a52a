#include "equipoise/driver/network_run.hpp"

#include "equipoise/domain/partition.hpp"
#include "equipoise/network/traces.hpp"
#include "equipoise/util/errors.hpp"
#include "equipoise/util/stopwatch.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace equipoise::driver {

namespace {

const char* const step_path = "network/step";

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
    message_bytes_ = static_cast<std::int64_t>(solver_.message().words().size_bytes());
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

Request NetworkRun::advance(double t, io::OutputFile& file, Requests& requests) {
    const std::int64_t target = steps_in(t, config_->network.time_step);
    while (solver_.step() < target) {
        solver_.local_pass();
        solver_.message().ask(requests.local());
        exchange();
        record_what_is_due(file);
        if (const Request request = solver_.message().request(); request != Request::none) {
            return request;
        }
    }
    return Request::none;
}

void NetworkRun::save(Snapshot& snapshot) {
    solver_.settle();
    for (std::size_t a = 0; a < placements_.size(); ++a) {
        const domain::PopulationState& state = solver_.state(a);
        snapshot.add_view(state_path(a), {static_cast<std::uint64_t>(state.neurons)},
                          static_cast<std::uint64_t>(state.first_neuron), state.z.size(), state.z);
    }
    snapshot.content.integers.push_back({step_path, {solver_.step()}});
}

void NetworkRun::restore(const io::CheckpointReader& checkpoint) {
    std::vector<std::vector<double>> states;
    for (std::size_t a = 0; a < placements_.size(); ++a) {
        const domain::PopulationState& state = solver_.state(a);
        states.emplace_back(state.z.size());
        checkpoint.read_part(state_path(a), static_cast<std::uint64_t>(state.first_neuron),
                             states.back().size(), states.back());
    }
    solver_.restore(checkpoint.integers(step_path).at(0), states);
    first_step_ = solver_.step();
    solver_.start();
    exchange();
    if (record_is_due() || densities_.due(solver_.step())) {
        last_ = measurement_.measure(sum_);
    }
    if (densities_.due(solver_.step())) {
        take_densities();
    }
}

std::string NetworkRun::state_path(std::size_t population) const {
    return "/network/" + balance_->model().population(population).name + "/state";
}

bool NetworkRun::record_is_due() const {
    return records_.due(solver_.step()) ||
           solver_.step() == steps_in(config_->run.t_end, config_->network.time_step);
}

void NetworkRun::take_densities() {
    last_density_ = measurement_.density(sum_);
    last_density_time_ = solver_.time();
}

void NetworkRun::record_what_is_due(io::OutputFile& file) {
    const std::int64_t step = solver_.step();
    const Stopwatch watch;
    if (traces_.due(step)) {
        output_.trace(file, solver_.time(), network::trace(solver_, traced_, sum_));
    }
    if (record_is_due() || densities_.due(step)) {
        last_ = measurement_.measure(sum_);
    }
    if (record_is_due()) {
        output_.record(file, last_);
    }
    if (densities_.due(step)) {
        take_densities();
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

std::string NetworkRun::summary() {
    std::string text = fmt::format("{:<16} {:>12} {:>12}   at t = {:g}\n", "network", "mean",
                                   "variance", last_.time);
    for (std::size_t a = 0; a < last_.mean.size(); ++a) {
        text += fmt::format("  {:<14} {:>12.6f} {:>12.6f}\n", balance_->model().population(a).name,
                            last_.mean[a], last_.variance[a]);
    }
    const NetworkPhases of = phases();
    const double all =
        std::max(1e-9, of.noise + of.update + of.moments + of.communication + of.output);
    const double work =
        static_cast<double>(neurons_) * static_cast<double>(solver_.step() - first_step_);
    return text +
           fmt::format("  {:.3g} neuron-steps/s; on rank 0: noise {:.0f} %, update {:.0f} %, "
                       "moments {:.0f} %, communication {:.0f} %, output {:.0f} %\n",
                       work / all, 100.0 * of.noise / all, 100.0 * of.update / all,
                       100.0 * of.moments / all, 100.0 * of.communication / all,
                       100.0 * of.output / all);
}

NetworkPhases NetworkRun::phases() const {
    return {solver_.noise_seconds(), solver_.update_seconds(), solver_.moment_seconds(),
            communication_seconds_, output_seconds_};
}

} // namespace equipoise::driver
