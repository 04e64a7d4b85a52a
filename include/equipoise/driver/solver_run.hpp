#pragma once

#include "equipoise/driver/record_view.hpp"
#include "equipoise/driver/requests.hpp"
#include "equipoise/driver/snapshot.hpp"
#include "equipoise/io/checkpoint.hpp"
#include "equipoise/io/output_file.hpp"
#include "equipoise/util/request.hpp"

#include <string>

namespace equipoise::driver {

/// One solver in a run: its clock, its group of the output file, its part of a checkpoint. All
/// calls are collective.
class SolverRun {
  public:
    SolverRun() = default;
    SolverRun(const SolverRun&) = delete;
    SolverRun& operator=(const SolverRun&) = delete;
    virtual ~SolverRun() = default;

    /// Groups, dimensions and datasets.
    virtual void declare(io::Schema& schema) const = 0;
    /// Records the state at t = 0. Call this or restore(), once, before advance().
    virtual void begin(io::OutputFile& file) = 0;
    /// Goes on from a checkpoint, whose records are in the output file already.
    virtual void restore(const io::CheckpointReader& checkpoint) = 0;
    /// Goes towards an output time and records what falls due on the way there, at it too. Returns
    /// early, on all ranks alike, when something is asked of the run; none: t is reached. Throws
    /// NumericsError, the same on all ranks, when the numerics fail.
    virtual Request advance(double t, io::OutputFile& file, Requests& requests) = 0;
    /// Where the solver stands, for a checkpoint; the snapshot is valid until the next advance().
    virtual void save(Snapshot& snapshot) = 0;
    [[nodiscard]] virtual double time() const = 0;
    /// The last record, for comparing.
    [[nodiscard]] virtual RecordView view() const = 0;
    /// A few lines for a terminal.
    [[nodiscard]] virtual std::string summary() = 0;
};

} // namespace equipoise::driver
