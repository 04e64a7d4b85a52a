#include "equipoise/driver/timing.hpp"

#include "equipoise/config/provenance.hpp"
#include "equipoise/driver/json.hpp"
#include "equipoise/io/durable.hpp"
#include "equipoise/util/errors.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <ctime>
#include <fstream>

namespace equipoise::driver {

namespace {

constexpr std::int64_t record_format = 1; ///< of the JSON object; changes where a key changes

std::string host_name() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

/// Number of ranks by host, in the order of the hosts' first ranks. As many reductions as hosts, so
/// that no rank needs room for all names.
JsonObject ranks_by_host(const parallel::Communicator& comm) {
    const std::string own = host_name();
    JsonObject hosts;
    bool counted = false;
    for (std::string host = comm.first_text(own); !host.empty();
         host = comm.first_text(counted ? "" : own)) {
        counted = counted || host == own;
        hosts.add(host, comm.sum(std::int64_t{host == own ? 1 : 0}));
    }
    return hosts;
}

struct Spread {
    double min, mean, max;
};

Spread over_ranks(const parallel::Communicator& comm, double value) {
    std::array<double, 1> sum{value};
    comm.sum_reals(sum);
    return {comm.min(value), sum[0] / static_cast<double>(comm.size()), comm.max(value)};
}

JsonObject in_json(const Spread& spread) {
    return JsonObject().add("min", spread.min).add("mean", spread.mean).add("max", spread.max);
}

/// The most memory that this process has held, in bytes.
double peak_memory() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return 1024.0 * static_cast<double>(usage.ru_maxrss); // Linux counts in KiB
}

/// Work per second of the slowest rank; 0 where there was none.
double rate(std::int64_t work, double seconds) {
    return seconds > 0.0 ? static_cast<double>(work) / seconds : 0.0;
}

std::string solver_names(const config::Solvers& solvers) {
    std::string names;
    const auto add = [&names](bool wanted, const char* name) {
        if (wanted) {
            names.append(names.empty() ? "" : " ").append(name);
        }
    };
    add(solvers.network, "network");
    add(solvers.kinetic, "kinetic");
    add(solvers.field, "field");
    return names;
}

constexpr std::array<const char*, phase_count> phase_names{
    "noise",          "update",          "moments",
    "allreduce_wait", "balance",         "kinetic_assembly",
    "kinetic_solve",  "kinetic_moments", "kinetic_rest",
    "field",          "output",          "checkpoint"};

} // namespace

double processor_seconds() {
    return static_cast<double>(std::clock()) / static_cast<double>(CLOCKS_PER_SEC);
}

Timing::Timing(const config::Config& config, const balance::Balance& balance, RunSeconds seconds)
    : seconds_(seconds) {
    constexpr std::array<const char*, 3> domains{"point", "ring", "torus"};
    std::int64_t gains = 0;
    JsonObject neurons;
    for (const model::Population& population : balance.model().populations()) {
        gains += static_cast<std::int64_t>(population.gains.size());
        neurons.add(population.name, population.neurons);
    }
    problem_.add("title", config.run.title)
        .add("solvers", solver_names(config.run.solvers))
        .add("domain", domains[static_cast<std::size_t>(config.domain.kind)])
        .add("t_end", config.run.t_end)
        .add("populations", static_cast<std::int64_t>(balance.model().population_count()))
        .add("modes", static_cast<std::int64_t>(balance.layout().basis().size()))
        .add("product_modes", static_cast<std::int64_t>(balance.layout().products().size()))
        .add("gains", gains)
        .add("unknowns", static_cast<std::int64_t>(balance.size()))
        .add("population_neurons", neurons);
    if (config.run.solvers.network) {
        const bool balanced = config.network.scheme == config::Scheme::balanced;
        problem_.add("network_scheme", balanced ? "balanced" : "explicit")
            .add("network_sites", config.domain.kind == config::DomainKind::point
                                      ? std::int64_t{1}
                                      : config.network.sites[0] * config.network.sites[1]);
    }
}

void Timing::add(const NetworkRun& run) {
    add(run, run.phases(), 1, run.steps());
}

void Timing::add(const Ensemble& run) {
    add(run.first(), run.phases(), run.realisations(), run.steps());
}

/// phases, steps: of all realisations, of which `run` is one.
void Timing::add(const NetworkRun& run, const NetworkPhases& phases, std::int64_t realisations,
                 std::int64_t steps) {
    add(Phase::noise, phases.noise);
    add(Phase::update, phases.update);
    add(Phase::moments, phases.moments);
    add(Phase::allreduce_wait, phases.communication);
    add(Phase::balance, phases.balance);
    add(Phase::output, phases.output);
    network_seconds_ = phases.steps();
    neuron_steps_ = run.neurons() * steps;
    problem_.add("neurons", run.neurons())
        .add("realisations", realisations)
        .add("network_steps", steps)
        .add("message_bytes", run.message_bytes());
    if (run.step_solver().is_iterative()) {
        problem_.add("balance_iterations", run.step_solver().effort().iterations)
            .add("balance_tolerance", balance::StepSolver::tolerance);
    }
}

void Timing::add(KineticRun& run) {
    const kinetic::StepSeconds phases = run.phases();
    kinetic_seconds_ = run.step_seconds();
    add(Phase::kinetic_assembly, phases.assembly);
    add(Phase::kinetic_solve, phases.solve);
    add(Phase::kinetic_moments, phases.moments);
    add(Phase::kinetic_rest, kinetic_seconds_ - phases.assembly - phases.solve - phases.moments);
    add(Phase::output, run.output_seconds());
    const kinetic::Effort effort = run.effort();
    cell_updates_ = run.lines() * run.cells() * effort.steps;
    problem_.add("kinetic_lines", run.lines())
        .add("kinetic_cells", run.cells())
        .add("kinetic_steps", effort.steps)
        .add("kinetic_newton_iterations", effort.newton_iterations);
}

void Timing::add(FieldRun& run) {
    add(Phase::field, run.step_seconds());
    add(Phase::output, run.output_seconds());
    problem_.add("field_sites", run.sites()).add("field_steps", run.effort().steps);
}

JsonObject Timing::record(const parallel::Communicator& comm) const {
    JsonObject phases;
    for (std::size_t i = 0; i < phase_count; ++i) {
        phases.add(phase_names[i], in_json(over_ranks(comm, phases_[i])));
    }
    const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    return JsonObject()
        .add("record", "equipoise timing")
        .add("format", record_format)
        .add("version", config::version())
        .add("commit", config::commit())
        .add("mpi", parallel::mpi_version())
        .add("created", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now)))
        .add("ranks", std::int64_t{comm.size()})
        .add("hosts", ranks_by_host(comm))
        .add("problem", problem_)
        .add("neuron_steps", neuron_steps_)
        .add("cell_updates", cell_updates_)
        .add("wall_seconds", comm.max(seconds_.wall))
        .add("processor_seconds", in_json(over_ranks(comm, seconds_.processor)))
        .add("phase_seconds", phases)
        .add("timed_blocks", fmt::format("noise, update and moments: 1 of {} blocks of {} neurons",
                                         network::NetworkSolver::timed_every, domain::block_size))
        .add("neuron_steps_per_second", rate(neuron_steps_, comm.max(network_seconds_)))
        .add("cell_updates_per_second", rate(cell_updates_, comm.max(kinetic_seconds_)))
        .add("peak_memory_bytes", in_json(over_ranks(comm, peak_memory())));
}

void require_timing_file(const std::string& path) {
    io::require_writable_folder(path);
}

void write_timing(const std::string& path, const JsonObject& record) {
    const std::string partial = path + ".partial";
    std::ofstream file(partial);
    file << record.text() << '\n';
    file.close();
    if (!file) {
        throw FileSystemError(fmt::format("{}: cannot write the timing record", partial));
    }
    io::rename_durably(partial, path);
}

} // namespace equipoise::driver
