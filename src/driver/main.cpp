#include "equipoise/config/help.hpp"
#include "equipoise/config/provenance.hpp"
#include "equipoise/config/read.hpp"
#include "equipoise/driver/command_line.hpp"
#include "equipoise/driver/converge.hpp"
#include "equipoise/driver/restart.hpp"
#include "equipoise/driver/scan.hpp"
#include "equipoise/driver/simulation.hpp"
#include "equipoise/driver/stop_signals.hpp"
#include "equipoise/driver/timing.hpp"
#include "equipoise/driver/versions.hpp"
#include "equipoise/io/file_info.hpp"
#include "equipoise/io/raw_file.hpp"
#include "equipoise/io/start_hdf5.hpp"
#include "equipoise/io/together.hpp"
#include "equipoise/model/model.hpp"
#include "equipoise/parallel/communicator.hpp"
#include "equipoise/util/errors.hpp"
#include "equipoise/util/log.hpp"
#include "equipoise/util/stopwatch.hpp"

#include <exception>
#include <new>
#include <string>
#include <vector>

namespace {

using namespace equipoise;

// Exit codes are part of the contract with job scripts.
constexpr int exit_done = 0;
constexpr int exit_bug = 1;
constexpr int exit_bad_input = 2;
constexpr int exit_numerics = 3;
constexpr int exit_file_system = 4;
constexpr int exit_stopped = 75;
constexpr int exit_stopped_without_checkpoint = 143; // as if the signal had ended the program

config::Config read(const driver::CommandLine& line) {
    return config::read(line.target, line.overrides, model::problems_of_parts);
}

void check(const parallel::Communicator& comm, const driver::CommandLine& line) {
    const config::Config config = read(line);
    const model::Model model(config);
    const balance::Balance balance(model);
    const driver::Assessment assessment = driver::assess(config, balance);
    driver::require_balance(config, balance, assessment);
    driver::require_sites(config, model);
    if (comm.is_root()) {
        log::print(driver::report(config, balance, assessment, comm.size()));
    }
}

int exit_code(driver::Outcome outcome) {
    switch (outcome) {
    case driver::Outcome::done:
        return exit_done;
    case driver::Outcome::stopped:
        return exit_stopped;
    case driver::Outcome::stopped_without_checkpoint:
        break;
    }
    return exit_stopped_without_checkpoint;
}

/// Runs, and writes the timing record if one is asked for, of a run that was stopped too.
int simulate(const parallel::Communicator& comm, const driver::CommandLine& line,
             const config::Config& config, const io::CheckpointReader* from = nullptr) {
    if (!line.timing.empty() && comm.is_root()) {
        driver::require_timing_file(line.timing);
    }
    driver::Simulation simulation(comm, config, line.petsc);
    const Stopwatch watch;
    const double before = driver::processor_seconds();
    const driver::Outcome outcome = simulation.run(line.quiet, from);
    if (!line.timing.empty()) {
        const driver::JsonObject record =
            simulation.timing({watch.seconds(), driver::processor_seconds() - before}).record(comm);
        if (comm.is_root()) {
            driver::write_timing(line.timing, record);
        }
    }
    return exit_code(outcome);
}

int restart(const parallel::Communicator& comm, const driver::CommandLine& line) {
    const driver::Resumption from = driver::resume(comm, line.target, line.overrides);
    for (const std::string& remark : from.remarks) {
        if (comm.is_root()) {
            log::warn(remark);
        }
    }
    return simulate(comm, line, from.config, from.checkpoint.get());
}

int execute(const parallel::Communicator& comm, const driver::CommandLine& line) {
    switch (line.command) {
    case driver::Command::help:
        if (comm.is_root()) {
            log::print(driver::usage() + "\n" + config::help_text());
        }
        break;
    case driver::Command::version:
        if (comm.is_root()) {
            log::print(driver::version_text());
        }
        break;
    case driver::Command::check:
        check(comm, line);
        break;
    case driver::Command::stability:
        driver::scan_stability(comm, read(line), line.scans, line.output);
        break;
    case driver::Command::converge:
        driver::converge(comm, {line.target, line.overrides, line.sizes, line.realisations,
                                line.output, line.petsc});
        break;
    case driver::Command::info:
        if (comm.is_root()) {
            log::print(io::describe_file(line.target));
        }
        break;
    case driver::Command::run:
        return simulate(comm, line, read(line));
    case driver::Command::restart:
        return restart(comm, line);
    }
    return exit_done;
}

/// Errors that all ranks find alike end the program in order, told once by rank 0. What one rank
/// may meet alone ends all ranks at once.
int run(const parallel::Communicator& comm, const std::vector<std::string>& words) {
    const auto tell = [&comm](const std::exception& error) {
        if (comm.is_root()) {
            log::fail(error.what());
        }
    };
    try {
        return execute(comm, driver::parse_command_line(words));
    } catch (const InputError& error) {
        tell(error);
        return exit_bad_input;
    } catch (const NumericsError& error) {
        tell(error);
        return exit_numerics;
    } catch (const io::CommonFileSystemError& error) {
        tell(error);
        return exit_file_system;
    } catch (const FileSystemError& error) {
        log::fail(error.what());
        if (comm.size() > 1) {
            parallel::Environment::abort(exit_file_system);
        }
        return exit_file_system;
    } catch (const std::bad_alloc&) {
        log::fail(
            "out of memory on rank " + std::to_string(comm.rank()) +
            ": `equipoise check` tells how much a rank needs; use more ranks or fewer neurons");
        parallel::Environment::abort(exit_bug);
    } catch (const std::exception& error) {
        log::fail(std::string("internal error on rank ") + std::to_string(comm.rank()) + ": " +
                  error.what() + "; please report this with the configuration");
        parallel::Environment::abort(exit_bug);
    }
}

} // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    // Before anything else, so that a signal during the start-up is not lost.
    if (!words.empty() && (words[0] == "run" || words[0] == "restart")) {
        driver::listen_for_stop_signals();
        io::survive_file_size_limit();
    }
    io::start_hdf5();
    parallel::Environment environment(argc, argv);
    return run(parallel::Communicator::world(), words);
}
