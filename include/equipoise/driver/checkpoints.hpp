#pragma once

#include "equipoise/config/config.hpp"
#include "equipoise/driver/snapshot.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <cstdint>
#include <string>

namespace equipoise::driver {

/// The checkpoints of one run: where they go, and what they cost.
class Checkpoints {
  public:
    /// from: the checkpoint that the run goes on from, or "". Collective. Throws FileSystemError
    /// where checkpoints are wanted and their folder can neither be made nor written into.
    Checkpoints(const parallel::Communicator& comm, const config::Config& config,
                const std::string& from);

    /// checkpoint.directory, or NAME.checkpoints for an output NAME.h5; "": none are to be written.
    [[nodiscard]] static std::string folder(const config::Config& config);
    [[nodiscard]] bool wanted() const noexcept { return !folder_.empty(); }

    /// Writes one, durably, and drops older ones; a failure to drop them, or to name the new one in
    /// `latest`, is only a warning. Collective. Throws FileSystemError, the same on all ranks;
    /// earlier checkpoints are then intact.
    void write(const Snapshot& snapshot);
    /// Likewise, but where that fails it warns and returns: the run goes on, since a later
    /// checkpoint may succeed (somebody makes room on the disk) and a dead run loses more than a
    /// missed one.
    void try_write(const Snapshot& snapshot);

    /// What to do after a failure of the file system, to follow its message; output_begun: it
    /// holds records. For one rank alone too.
    [[nodiscard]] std::string remedy(bool output_begun) const;
    [[nodiscard]] double last_seconds() const noexcept { return last_seconds_; }
    /// "3 checkpoints of 160 MB, 0.9 s in all (0.53 GB/s)", or "".
    [[nodiscard]] std::string summary() const;

  private:
    parallel::Communicator comm_;
    std::string folder_;
    std::int64_t keep_;
    std::int64_t sequence_ = 0; ///< of the last one; 0: not known yet
    std::string output_;
    std::string last_; ///< path of the last one, by this run or the one that it goes on with
    double last_seconds_ = 0.0, seconds_ = 0.0;
    std::int64_t written_ = 0;
    double bytes_ = 0.0;
};

} // namespace equipoise::driver
