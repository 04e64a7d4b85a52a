#include "equipoise/driver/simulation.hpp"

#include "equipoise/config/provenance.hpp"
#include "equipoise/driver/progress.hpp"
#include "equipoise/driver/record.hpp"
#include "equipoise/driver/schedule.hpp"
#include "equipoise/io/together.hpp"
#include "equipoise/io/xdmf.hpp"
#include "equipoise/network/measure.hpp"
#include "equipoise/util/errors.hpp"
#include "equipoise/util/log.hpp"
#include "equipoise/util/stopwatch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

namespace equipoise::driver {

namespace {

/// Differences of times below this, relative to the interval between outputs, are rounding.
constexpr double same_time = 1e-9;

} // namespace

Simulation::Simulation(const parallel::Communicator& comm, config::Config config,
                       const std::string& petsc)
    : comm_(comm), config_(std::move(config)), model_(config_), balance_(model_),
      assessment_(assess(config_, balance_)) {
    require_balance(config_, balance_, assessment_);
    require_sites(config_, model_);
    if (config_.run.solvers.kinetic || config_.run.solvers.field) {
        petsc_.emplace(comm_, petsc);
    } else if (!petsc.empty()) {
        assessment_.warnings.emplace_back(
            "--petsc has no effect: no solver of this run uses PETSc (run.solvers)");
    }
    const model::Basis recorded = network::recorded_basis(model_, config_.network.modes);
    solvers_.emplace(comm_, config_, balance_, recorded);
    comparisons_.emplace(config_, balance_, recorded, *solvers_, assessment_.spectrum);
}

Outcome Simulation::run(bool quiet, const io::CheckpointReader* from) {
    if (comm_.is_root()) {
        for (const std::string& warning : assessment_.warnings) {
            log::warn(warning);
        }
    }
    checkpoints_.emplace(comm_, config_, from != nullptr ? from->path() : std::string());
    const Stopwatch watch;
    try {
        run_id_ = from != nullptr ? from->text("run_id") : new_run_id(comm_);
        const Stopwatch opening;
        const std::unique_ptr<io::OutputFile> file = open_output(from);
        file_seconds_ += opening.seconds();
        return run_to_end(*file, from, watch, quiet);
    } catch (const io::CommonFileSystemError& error) {
        throw io::CommonFileSystemError(error.what() + checkpoints_->remedy(output_shown_));
    } catch (const FileSystemError& error) {
        throw FileSystemError(error.what() + checkpoints_->remedy(output_shown_));
    }
}

Outcome Simulation::run_to_end(io::OutputFile& file, const io::CheckpointReader* from,
                               const Stopwatch& watch, bool quiet) {
    Requests requests(comm_, config_, Checkpoints::folder(config_));
    // Order within an output interval: every solver in turn goes from the last output time to the
    // next one and records its state there; what they recorded is compared; then the file is
    // flushed, so that a reader sees all solvers at the same times. Solvers do not see each other.
    // Between any two steps of a solver a checkpoint may be written, or the run may stop with one.
    try {
        if (from != nullptr) {
            restore(*from);
        } else {
            begin(file);
        }
        output_shown_ = true;
        Progress progress(comm_.is_root() && !quiet, clock_, config_.run.t_end);
        for (const double t : times_ahead()) {
            if (!advance(t, file, requests)) {
                progress.finish();
                return stop(file, requests);
            }
            progress.update(t);
        }
        progress.finish();
        comparisons_->finish(file);
        if (solvers_->ensemble() != nullptr) {
            solvers_->ensemble()->finish(file, comparisons_->prediction());
        }
        if (!config_.checkpoint.directory.empty() && checkpoints_->wanted()) {
            write_checkpoint(file, Request::checkpoint); // so that the run can be made longer
        }
    } catch (const NumericsError& error) {
        // All ranks are here with the same error: what was flushed so far is worth keeping.
        const std::string kept = file.abandon();
        throw NumericsError(error.what() + (kept.empty() ? "; there is no output yet"
                                                         : "; the output so far is in " + kept));
    }
    const Stopwatch closing;
    const std::string path = file.finish(true);
    file_seconds_ += closing.seconds();
    const std::string text = summary(watch.seconds(), path); // collective
    io::on_root(comm_, [&] { io::write_xdmf(path); });
    if (comm_.is_root()) {
        log::print(text);
    }
    return Outcome::done;
}

std::unique_ptr<io::OutputFile> Simulation::open_output(const io::CheckpointReader* from) {
    if (from != nullptr && from->text("output/path") == absolute(config_.run.output)) {
        const std::string& path = config_.run.output;
        const bool there = comm_.is_root() && (std::filesystem::exists(path) ||
                                               std::filesystem::exists(path + ".partial"));
        if (comm_.any(there)) {
            return std::make_unique<io::OutputFile>(comm_, path, position_in(*from, run_id_));
        }
        if (comm_.is_root()) {
            log::warn(fmt::format("the output {} of the checkpoint's run is gone: a new one begins "
                                  "after t = {:g}",
                                  path, from->reals("clock").at(0)));
        }
    }
    io::Schema schema = file_schema(config_, comm_.size(), run_id_);
    schema.records = records_until(config_.run.t_end, config_.run.output_interval);
    for (const auto& solver : solvers_->all()) {
        solver->declare(schema);
    }
    comparisons_->declare(schema);
    return std::make_unique<io::OutputFile>(comm_, config_.run.output, schema);
}

void Simulation::begin(io::OutputFile& file) {
    for (const auto& solver : solvers_->all()) {
        solver->begin(file);
    }
    publish(file);
    next_checkpoint_ = config_.checkpoint.interval_time;
}

void Simulation::restore(const io::CheckpointReader& from) {
    const std::vector<double> clock = from.reals("clock");
    clock_ = clock.at(0);
    next_checkpoint_ = std::max(clock.at(1), clock_ + same_time * config_.run.output_interval);
    for (const auto& solver : solvers_->all()) {
        solver->restore(from);
    }
    comparisons_->restore(from);
}

/// The times at which every solver has yet to record: multiples of the interval, and the end.
std::vector<double> Simulation::times_ahead() const {
    const double interval = config_.run.output_interval;
    const double end = config_.run.t_end;
    const double rounding = same_time * interval;
    double reached = clock_ + rounding; // by all; a solver may be ahead on its way to the next one
    for (const auto& solver : solvers_->all()) {
        reached = std::max(reached, solver->time() - rounding);
    }
    std::vector<double> times;
    const auto first = static_cast<std::int64_t>(std::floor(reached / interval));
    for (std::int64_t k = std::max<std::int64_t>(1, first);
         static_cast<double>(k) * interval < end - rounding; ++k) {
        if (static_cast<double>(k) * interval >= reached) {
            times.push_back(static_cast<double>(k) * interval);
        }
    }
    if (clock_ < end - rounding) {
        times.push_back(end);
    }
    return times;
}

/// To the next output time; false: the run is to stop, and a checkpoint is written.
bool Simulation::advance(double t, io::OutputFile& file, Requests& requests) {
    for (const auto& solver : solvers_->all()) {
        for (Request request = solver->advance(t, file, requests); request != Request::none;
             request = solver->advance(t, file, requests)) {
            if (!serve(request, file, requests)) {
                return false;
            }
        }
    }
    publish(file);
    clock_ = t;
    Request request = requests.agreed();
    if (config_.checkpoint.interval_time > 0.0 && t >= next_checkpoint_ - same_time * t) {
        while (next_checkpoint_ <= t * (1.0 + same_time)) {
            next_checkpoint_ += config_.checkpoint.interval_time;
        }
        request = std::max(request, Request::checkpoint);
    }
    // At the end of the run there is nothing left to stop.
    return t >= config_.run.t_end || serve(request, file, requests);
}

/// Does what is asked; false: the run is to stop.
bool Simulation::serve(Request request, io::OutputFile& file, Requests& requests) {
    if (request != Request::none && checkpoints_->wanted()) {
        write_checkpoint(file, request);
        requests.checkpoint_written(checkpoints_->last_seconds());
    }
    return request != Request::stop;
}

/// A checkpoint that cannot be written only ends a run that is to stop with it.
void Simulation::write_checkpoint(io::OutputFile& file, Request request) {
    const Stopwatch watch;
    const Snapshot now = snapshot(file);
    if (request == Request::stop) {
        checkpoints_->write(now);
    } else {
        checkpoints_->try_write(now);
    }
    checkpoint_seconds_ += watch.seconds();
}

/// What all solvers have recorded at one time is compared, and becomes visible to readers.
void Simulation::publish(io::OutputFile& file) {
    const Stopwatch watch;
    comparisons_->record(file);
    file.flush();
    file_seconds_ += watch.seconds();
}

/// Everything a checkpoint needs. The output file is durable up to here before a checkpoint may
/// refer to it.
Snapshot Simulation::snapshot(io::OutputFile& file) {
    file.sync();
    Snapshot snapshot;
    io::CheckpointContent& content = snapshot.content;
    content.texts = {{"config", config_.resolved},
                     {"version", config::version()},
                     {"commit", config::commit()},
                     {"run_id", run_id_},
                     {"output/path", absolute(config_.run.output)}};
    content.reals = {{"clock", {clock_, next_checkpoint_}}};
    add_position(content, file);
    std::vector<double> reached; // for people and job scripts, who read it through equipoise info
    for (const auto& solver : solvers_->all()) {
        reached.push_back(solver->time());
        solver->save(snapshot);
    }
    content.reals.emplace_back("reached", std::move(reached));
    comparisons_->save(snapshot);
    return snapshot;
}

Outcome Simulation::stop(io::OutputFile& file, const Requests& requests) {
    const Stopwatch closing;
    const std::string kept = file.finish(false);
    file_seconds_ += closing.seconds();
    const std::string reason = comm_.first_text(requests.reason());
    requests.obeyed();
    if (comm_.is_root()) {
        const std::string why = fmt::format(
            "stopped at t = {:g} by {}; the output so far is in {}\n", clock_, reason, kept);
        log::print(checkpoints_->wanted()
                       ? why + fmt::format("go on with: equipoise restart {}",
                                           Checkpoints::folder(config_))
                       : why + "no checkpoint was written: checkpoint.directory = none");
    }
    return checkpoints_->wanted() ? Outcome::stopped : Outcome::stopped_without_checkpoint;
}

Timing Simulation::timing(RunSeconds seconds) {
    Timing timing(config_, balance_, seconds);
    solvers_->add_to(timing);
    timing.add(Phase::output, file_seconds_);
    timing.add(Phase::checkpoint, checkpoint_seconds_);
    return timing;
}

std::string Simulation::summary(double seconds, const std::string& path) {
    std::string text =
        fmt::format("done: t = {:g} on {} rank{} in {}; output in {}\n", config_.run.t_end,
                    comm_.size(), comm_.size() == 1 ? "" : "s", duration_in_words(seconds), path);
    const auto add = [&text](const std::string& part) {
        text.append(part.empty() ? "" : "\n").append(part);
    };
    for (const auto& solver : solvers_->all()) {
        add(solver->summary());
    }
    for (const std::string& table : comparisons_->tables()) {
        add(table);
    }
    add(checkpoints_->summary());
    while (text.back() == '\n') {
        text.pop_back();
    }
    return text;
}

} // namespace equipoise::driver
