#pragma once

#include "equipoise/config/config.hpp"
#include "equipoise/parallel/communicator.hpp"
#include "equipoise/util/request.hpp"
#include "equipoise/util/stopwatch.hpp"

#include <string>

namespace equipoise::driver {

/// The end of the wall time that this process has, in seconds since the epoch:
/// limits.walltime_minutes from `started` on, else that of the SLURM job around it
/// (SLURM_JOB_END_TIME, or what squeue says); 0: none.
double end_of_wall_time(const config::Limits& limits, double started);

/// Where requests come from: a signal to any rank, and on rank 0 the wall time, a file named `stop`
/// in the checkpoint folder and the interval between checkpoints. Each rank asks for itself what it
/// knows; the solvers' own reductions carry the strongest to all, so that every decision is
/// collective.
class Requests {
  public:
    /// folder: of the checkpoints; "": none are written.
    Requests(const parallel::Communicator& comm, const config::Config& config,
             const std::string& folder);

    /// What this rank asks for now. Cheap: files and clocks are looked at a few times a second.
    [[nodiscard]] Request local();
    /// The strongest of all ranks'. Collective.
    [[nodiscard]] Request agreed();
    /// A checkpoint was written and took so long: the interval starts anew, and the time kept free
    /// before the end of the wall time follows the longest.
    void checkpoint_written(double seconds);
    /// Why this rank asked to stop: "SIGTERM", "the wall time", "the file .../stop"; "".
    [[nodiscard]] const std::string& reason() const noexcept { return reason_; }
    /// Takes the file `stop` away, so that a restart does not stop at once. Rank 0.
    void obeyed() const;

  private:
    [[nodiscard]] Request look();

    parallel::Communicator comm_;
    std::string stop_file_;
    double interval_seconds_; ///< between checkpoints; 0: none
    double end_ = 0.0;        ///< of the wall time, since the epoch; 0: none
    double margin_ = 0.0;     ///< seconds kept free before it
    double longest_checkpoint_ = 0.0;
    Stopwatch since_look_, since_checkpoint_;
    bool looked_ = false;
    Request seen_ = Request::none;
    std::string reason_;
};

} // namespace equipoise::driver
