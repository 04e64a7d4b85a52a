#include "equipoise/driver/simulation.hpp"

#include "equipoise/config/provenance.hpp"
#include "equipoise/driver/progress.hpp"
#include "equipoise/driver/schedule.hpp"
#include "equipoise/io/output_file.hpp"
#include "equipoise/io/xdmf.hpp"
#include "equipoise/util/errors.hpp"
#include "equipoise/util/log.hpp"
#include "equipoise/util/stopwatch.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace equipoise::driver {

namespace {

io::Schema file_schema(const config::Config& config, int ranks) {
    io::Schema schema;
    const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    schema.attributes = {
        {"title", config.run.title},
        {"equipoise_version", config::version()},
        {"commit", config::commit()},
        {"config", config.resolved},
        {"seed", std::to_string(config.run.seed)},
        {"ranks", std::int64_t{ranks}},
        {"created", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now))},
    };
    return schema;
}

/// The times at which every solver records: multiples of the interval, and the end.
std::vector<double> output_times(const config::Run& run) {
    std::vector<double> times;
    for (std::int64_t k = 1;
         static_cast<double>(k) * run.output_interval < run.t_end * (1.0 - 1e-9); ++k) {
        times.push_back(static_cast<double>(k) * run.output_interval);
    }
    times.push_back(run.t_end);
    return times;
}

} // namespace

Simulation::Simulation(const parallel::Communicator& comm, config::Config config,
                       const std::string& petsc)
    : comm_(comm), config_(std::move(config)), model_(config_), balance_(model_),
      assessment_(assess(config_, balance_)) {
    require_balance(config_, balance_, assessment_);
    require_sites(config_, model_);
    const config::Solvers& solvers = config_.run.solvers;
    if (solvers.network) {
        network_ = std::make_unique<NetworkRun>(comm_, config_, balance_);
    }
    const model::Basis recorded = network::recorded_basis(model_, config_.network.modes);
    if (solvers.kinetic) {
        petsc_.emplace(comm_, petsc);
        kinetic_ = std::make_unique<KineticRun>(comm_, config_, balance_, recorded);
    } else if (!petsc.empty()) {
        assessment_.warnings.push_back(
            "--petsc has no effect: no solver of this run uses PETSc (run.solvers)");
    }
    if (network_ && kinetic_) {
        network_kinetic_.emplace("network", "kinetic", model_, recorded);
        if (config_.network.density_interval > 0.0) {
            densities_.emplace(config_, model_, *network_);
        }
    }
}

void Simulation::declare(io::Schema& schema) const {
    if (network_) {
        network_->declare(schema);
    }
    if (kinetic_) {
        kinetic_->declare(schema);
    }
    if (network_kinetic_) {
        network_kinetic_->declare(schema);
    }
    if (densities_) {
        densities_->declare(schema);
    }
}

void Simulation::begin(io::OutputFile& file) {
    if (network_) {
        network_->begin(file);
    }
    if (kinetic_) {
        kinetic_->begin(file);
    }
    compare(file);
}

void Simulation::advance(double t, io::OutputFile& file) {
    if (network_) {
        network_->advance(t, file);
    }
    if (kinetic_) {
        kinetic_->advance(t, file);
    }
    compare(file);
}

void Simulation::compare(io::OutputFile& file) {
    if (network_kinetic_) {
        network_kinetic_->record(file, network_->view(), kinetic_->last());
    }
    if (densities_) {
        densities_->record(file, *network_, *kinetic_);
    }
}

void Simulation::run(bool quiet) {
    if (comm_.is_root()) {
        for (const std::string& warning : assessment_.warnings) {
            log::warn(warning);
        }
    }
    const Stopwatch watch;
    io::Schema schema = file_schema(config_, comm_.size());
    declare(schema);
    io::OutputFile file(comm_, config_.run.output, schema);
    Progress progress(comm_.is_root() && !quiet, config_.run.t_end);

    // Order within an output interval: every solver in turn goes from the last output time to the
    // next one and records its state there; what they recorded is compared; then the file is
    // flushed, so that a reader sees all solvers at the same times. Solvers do not see each other.
    try {
        begin(file);
        for (const double t : output_times(config_.run)) {
            advance(t, file);
            file.flush();
            progress.update(t);
        }
        if (network_kinetic_) {
            network_kinetic_->finish(file);
        }
    } catch (const NumericsError& error) {
        // All ranks are here with the same error: what was recorded so far is worth keeping.
        progress.finish();
        const std::string kept = file.finish(false);
        throw NumericsError(std::string(error.what()) + "; the output so far is in " + kept);
    }
    progress.finish();
    const std::string path = file.finish(true);
    const std::string text = summary(watch.seconds(), path); // collective
    if (comm_.is_root()) {
        io::write_xdmf(path);
        log::print(text);
    }
}

std::string Simulation::summary(double seconds, const std::string& path) {
    std::string text =
        fmt::format("done: t = {:g} on {} rank{} in {}; output in {}", config_.run.t_end,
                    comm_.size(), comm_.size() == 1 ? "" : "s", duration_in_words(seconds), path);
    const auto add = [&text](const std::string& part) { text.append("\n").append(part); };
    if (network_) {
        add("");
        add(network_summary());
    }
    if (kinetic_) {
        add("");
        add(kinetic_->summary());
    }
    if (network_kinetic_) {
        add(network_kinetic_->table());
    }
    if (densities_) {
        text += densities_->table();
    }
    return text;
}

std::string Simulation::network_summary() const {
    const network::Record& last = network_->last();
    std::string text = fmt::format("{:<16} {:>12} {:>12}   at t = {:g}\n", "network", "mean",
                                   "variance", last.time);
    for (std::size_t a = 0; a < model_.population_count(); ++a) {
        text += fmt::format("  {:<14} {:>12.6f} {:>12.6f}\n", model_.population(a).name,
                            last.mean[a], last.variance[a]);
    }
    const NetworkPhases phases = network_->phases();
    const double all =
        std::max(1e-9, phases.noise + phases.update + phases.communication + phases.output);
    const double work =
        static_cast<double>(network_->neurons()) * static_cast<double>(network_->steps());
    return text +
           fmt::format("  {:.3g} neuron-steps/s; on rank 0: noise {:.0f} %, update {:.0f} %, "
                       "communication {:.0f} %, output {:.0f} %",
                       work / std::max(all, 1e-9), 100.0 * phases.noise / all,
                       100.0 * phases.update / all, 100.0 * phases.communication / all,
                       100.0 * phases.output / all);
}

} // namespace equipoise::driver
