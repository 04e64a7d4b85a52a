#include "equipoise/driver/simulation.hpp"

#include "equipoise/config/provenance.hpp"
#include "equipoise/driver/progress.hpp"
#include "equipoise/driver/schedule.hpp"
#include "equipoise/io/output_file.hpp"
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

Simulation::Simulation(const parallel::Communicator& comm, config::Config config)
    : comm_(comm), config_(std::move(config)), model_(config_), balance_(model_),
      assessment_(assess(config_, balance_)) {
    require_balance(config_, balance_, assessment_);
    if (config_.run.solvers.network) {
        network_ = std::make_unique<NetworkRun>(comm_, config_, balance_);
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
    if (network_) {
        network_->declare(schema);
    }
    io::OutputFile file(comm_, config_.run.output, schema);
    Progress progress(comm_.is_root() && !quiet, config_.run.t_end);

    // Order within an output interval: every solver in turn goes from the last output time to the
    // next one and records its state there; then the file is flushed, so that a reader sees all
    // solvers at the same times. Solvers do not see each other.
    try {
        if (network_) {
            network_->begin(file);
        }
        for (const double t : output_times(config_.run)) {
            if (network_) {
                network_->advance(t, file);
            }
            file.flush();
            progress.update(t);
        }
    } catch (const NumericsError& error) {
        // All ranks are here with the same error: what was recorded so far is worth keeping.
        progress.finish();
        const std::string kept = file.finish(false);
        throw NumericsError(std::string(error.what()) + "; the output so far is in " + kept);
    }
    progress.finish();
    const std::string path = file.finish(true);
    if (comm_.is_root()) {
        log::print(summary(watch.seconds(), path));
    }
}

std::string Simulation::summary(double seconds, const std::string& path) const {
    std::string text =
        fmt::format("done: t = {:g} on {} rank{} in {}; output in {}\n", config_.run.t_end,
                    comm_.size(), comm_.size() == 1 ? "" : "s", duration_in_words(seconds), path);
    if (network_) {
        const network::Record& last = network_->last();
        text += fmt::format("{:<16} {:>12} {:>12}   at t = {:g}\n", "network", "mean", "variance",
                            last.time);
        for (std::size_t a = 0; a < model_.population_count(); ++a) {
            text += fmt::format("  {:<14} {:>12.6f} {:>12.6f}\n", model_.population(a).name,
                                last.mean[a], last.variance[a]);
        }
        const NetworkPhases phases = network_->phases();
        const double all =
            std::max(1e-9, phases.noise + phases.update + phases.communication + phases.output);
        const double work =
            static_cast<double>(network_->neurons()) * static_cast<double>(network_->steps());
        text += fmt::format(
            "{:.3g} neuron-steps/s; on rank 0: noise {:.0f} %, update {:.0f} %, communication "
            "{:.0f} %, output {:.0f} %",
            work / std::max(seconds, 1e-9), 100.0 * phases.noise / all, 100.0 * phases.update / all,
            100.0 * phases.communication / all, 100.0 * phases.output / all);
    }
    return text;
}

} // namespace equipoise::driver
