#include "equipoise/driver/network_run.hpp"

#include "equipoise/network/traces.hpp"
#include "equipoise/util/stopwatch.hpp"

#include <fmt/format.h>

namespace equipoise::driver {

namespace {

const char* const step_path = "network/step";

/// What GMRES took, where it solves the balance.
std::string in_words(const balance::StepSolver& solver) {
    const balance::KrylovEffort& effort = solver.effort();
    if (effort.solves == 0) {
        return {};
    }
    return fmt::format("  balance by GMRES to {:.0e}: {:.1f} iterations a step, at most {}\n",
                       balance::StepSolver::tolerance,
                       static_cast<double>(effort.iterations) / static_cast<double>(effort.solves),
                       effort.most);
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
    : config_(&config), balance_(&balance), network_(comm, config, balance),
      traced_(choose_traced(config)),
      output_(config, balance.model(), network_.measurement(), traced_) {
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
    message_bytes_ = static_cast<std::int64_t>(network_.solver().message().words().size_bytes());
}

void NetworkRun::declare(io::Schema& schema) const {
    output_.declare(schema);
}

void NetworkRun::begin(io::OutputFile& file) {
    output_.begin(file, network_.placements());
    network_.start();
    record_what_is_due(file);
}

Request NetworkRun::advance(double t, io::OutputFile& file, Requests& requests) {
    const std::int64_t target = steps_in(t, config_->network.time_step);
    while (network_.solver().step() < target) {
        const Request request = network_.step(requests.local());
        record_what_is_due(file);
        if (request != Request::none) {
            return request;
        }
    }
    return Request::none;
}

void NetworkRun::save(Snapshot& snapshot) {
    network_.solver().settle();
    for (std::size_t a = 0; a < network_.placements().size(); ++a) {
        const domain::PopulationState& state = network_.solver().state(a);
        snapshot.add_view(state_path(a), {static_cast<std::uint64_t>(state.neurons)},
                          static_cast<std::uint64_t>(state.first_neuron), state.z.size(), state.z);
    }
    snapshot.content.integers.push_back({step_path, {network_.solver().step()}});
}

void NetworkRun::restore(const io::CheckpointReader& checkpoint) {
    std::vector<std::vector<double>> states;
    for (std::size_t a = 0; a < network_.placements().size(); ++a) {
        const domain::PopulationState& state = network_.solver().state(a);
        states.emplace_back(state.z.size());
        checkpoint.read_part(state_path(a), static_cast<std::uint64_t>(state.first_neuron),
                             states.back().size(), states.back());
    }
    network_.solver().restore(checkpoint.integers(step_path).at(0), states);
    first_step_ = network_.solver().step();
    network_.start();
    if (record_is_due() || densities_.due(network_.solver().step())) {
        last_ = network_.measure();
    }
    if (densities_.due(network_.solver().step())) {
        take_densities();
    }
}

std::string NetworkRun::state_path(std::size_t population) const {
    return "/network/" + balance_->model().population(population).name + "/state";
}

bool NetworkRun::record_is_due() const {
    return records_.due(network_.solver().step()) ||
           network_.solver().step() == steps_in(config_->run.t_end, config_->network.time_step);
}

void NetworkRun::take_densities() {
    last_density_ = network_.measurement().density(network_.sum());
    last_density_time_ = network_.solver().time();
}

void NetworkRun::record_what_is_due(io::OutputFile& file) {
    const std::int64_t step = network_.solver().step();
    const Stopwatch watch;
    if (traces_.due(step)) {
        output_.trace(file, network_.solver().time(),
                      network::trace(network_.solver(), traced_, network_.sum()));
    }
    if (record_is_due() || densities_.due(step)) {
        last_ = network_.measure();
    }
    if (record_is_due()) {
        output_.record(file, last_);
    }
    if (densities_.due(step)) {
        take_densities();
        output_.density(file, last_density_time_, last_density_);
    }
    if (snapshots_.due(step)) {
        network_.solver().settle();
        output_.snapshot(file, network_.solver());
    }
    output_seconds_ += watch.seconds();
}

RecordView NetworkRun::view() const {
    RecordView view;
    view.time = last_.time;
    view.mean = last_.mean;
    view.variance = last_.variance;
    view.mean_modes = last_.mean_modes;
    view.covariance = last_.covariance;
    return view;
}

std::string NetworkRun::summary() {
    std::string text = fmt::format("{:<16} {:>12} {:>12}   at t = {:g}\n", "network", "mean",
                                   "variance", last_.time);
    for (std::size_t a = 0; a < last_.mean.size(); ++a) {
        text += fmt::format("  {:<14} {:>12.6f} {:>12.6f}\n", balance_->model().population(a).name,
                            last_.mean[a], last_.variance[a]);
    }
    return text +
           speed_in_words(static_cast<double>(neurons_) * static_cast<double>(steps()), phases()) +
           in_words(step_solver());
}

NetworkPhases NetworkRun::phases() const {
    NetworkPhases phases = network_.phases();
    phases.output = output_seconds_;
    return phases;
}

} // namespace equipoise::driver
