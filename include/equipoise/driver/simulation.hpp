#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/config/config.hpp"
#include "equipoise/driver/assessment.hpp"
#include "equipoise/driver/checkpoints.hpp"
#include "equipoise/driver/comparisons.hpp"
#include "equipoise/driver/requests.hpp"
#include "equipoise/driver/run_solvers.hpp"
#include "equipoise/driver/timing.hpp"
#include "equipoise/model/model.hpp"
#include "equipoise/parallel/communicator.hpp"
#include "equipoise/parallel/petsc.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace equipoise::driver {

/// How a run ended: at t_end, on request with a checkpoint, or on request without one
/// (checkpoint.directory = none).
enum class Outcome { done, stopped, stopped_without_checkpoint };

/// Builds every solver that run.solvers names, and runs them side by side on one clock.
class Simulation {
  public:
    /// Throws InputError with everything that is wrong, before any file is touched, and
    /// NumericsError when a solver finds no state to start from. petsc: the user's options for
    /// PETSc, which is only started where a solver needs it.
    Simulation(const parallel::Communicator& comm, config::Config config, const std::string& petsc);
    Simulation(const Simulation&) = delete;
    Simulation& operator=(const Simulation&) = delete;

    /// Runs to t_end and writes the output file. from: the checkpoint to go on from, or null.
    /// quiet: no progress.
    Outcome run(bool quiet, const io::CheckpointReader* from = nullptr);
    /// What run() took, so many seconds in all. Collective, after it.
    [[nodiscard]] Timing timing(RunSeconds seconds);

  private:
    Outcome run_to_end(io::OutputFile& file, const io::CheckpointReader* from,
                       const Stopwatch& watch, bool quiet);
    [[nodiscard]] std::unique_ptr<io::OutputFile> open_output(const io::CheckpointReader* from);
    void begin(io::OutputFile& file);
    void restore(const io::CheckpointReader& from);
    [[nodiscard]] bool advance(double t, io::OutputFile& file, Requests& requests);
    [[nodiscard]] bool serve(Request request, io::OutputFile& file, Requests& requests);
    void write_checkpoint(io::OutputFile& file, Request request);
    void publish(io::OutputFile& file);
    [[nodiscard]] Snapshot snapshot(io::OutputFile& file);
    [[nodiscard]] std::vector<double> times_ahead() const;
    Outcome stop(io::OutputFile& file, const Requests& requests);
    [[nodiscard]] std::string summary(double seconds, const std::string& path);

    parallel::Communicator comm_;
    config::Config config_;
    model::Model model_;
    balance::Balance balance_;
    Assessment assessment_;
    std::optional<parallel::PetscEnvironment> petsc_; ///< outlives the solvers
    std::optional<RunSolvers> solvers_;
    std::optional<Comparisons> comparisons_;
    std::optional<Checkpoints> checkpoints_;
    bool output_shown_ = false;    ///< it holds records that a reader sees
    std::string run_id_;           ///< what ties checkpoints to their output file
    double clock_ = 0.0;           ///< the output time that all solvers have reached
    double next_checkpoint_ = 0.0; ///< simulated time, where they are asked for by that
    double file_seconds_ = 0.0;    ///< opening, flushing and closing the output; comparisons
    double checkpoint_seconds_ = 0.0;
};

} // namespace equipoise::driver
