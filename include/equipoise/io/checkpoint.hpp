#pragma once

#include "equipoise/io/seal.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// Checkpoints: HDF5 files that hold a state by global index, independent of the number of ranks.
///
/// Layout: distributed doubles at their own paths; what all ranks share in the groups /reals,
/// /integers and /texts (bytes of UTF-8). No filters, no variable-length data, contiguous; every
/// dataset has the attribute `checksum` (checksum.hpp). Root attributes: kind, format_version,
/// sequence. The content is sealed (seal.hpp).
namespace equipoise::io {

/// This rank's rows of a distributed dataset.
struct CheckpointPart {
    std::string path;                 ///< "/network/state_e"
    std::vector<std::uint64_t> shape; ///< of the whole; the first dimension is distributed
    std::uint64_t offset = 0;         ///< first row of this rank
    std::uint64_t rows = 0;           ///< of this rank; the ranks' rows cover the whole once
    std::span<const double> values;   ///< rows * (product of the other extents)
};

/// What is written: alike on all ranks but for offset, rows and values of the parts.
struct CheckpointContent {
    std::vector<CheckpointPart> parts;
    std::vector<std::pair<std::string, std::vector<double>>> reals;
    std::vector<std::pair<std::string, std::vector<std::int64_t>>> integers;
    std::vector<std::pair<std::string, std::string>> texts;
};

struct CheckpointWriteReport {
    std::string path;
    std::uint64_t bytes = 0; ///< of the file
    double seconds = 0.0;    ///< all told, with verification
    /// What failed when the checkpoint was in its place: naming it in FOLDER/latest, or the removal
    /// of older ones. "" when nothing did.
    std::string unfinished;
};

/// MPI-IO in HDF5 1.10 cannot move 2 GiB or more at once from one rank.
constexpr std::uint64_t default_slab_bytes = std::uint64_t{1} << 30;

/// Writes FOLDER/checkpoint_<sequence>.h5 durably: under a temporary name, read again and verified,
/// renamed; then names it in FOLDER/latest and removes older ones beyond the last `keep` (>= 1),
/// and what killed runs left under temporary names. The folder must exist. Collective. Throws
/// FileSystemError, the same on every rank; earlier checkpoints are then intact and no temporary
/// file remains. Of the naming and the removal a failure is only reported.
CheckpointWriteReport write_checkpoint(const parallel::Communicator& comm,
                                       const std::string& folder, std::int64_t sequence,
                                       const CheckpointContent& content, std::int64_t keep,
                                       std::uint64_t slab_bytes = default_slab_bytes);

/// A checkpoint file, verified whole when it is opened. The ranks read it independently.
class CheckpointReader {
  public:
    struct Part {
        std::vector<std::uint64_t> shape;
        std::uint64_t sum = 0;
    };

    /// Collective. Throws InputError, the same on all ranks, when the file is missing, damaged
    /// (which dataset), foreign, of a newer format or another byte order.
    CheckpointReader(const parallel::Communicator& comm, const std::string& path);

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] std::int64_t sequence() const noexcept { return seal_.sequence; }
    [[nodiscard]] const Seal& seal() const noexcept { return seal_; }
    /// Distributed datasets by path.
    [[nodiscard]] const std::map<std::string, Part>& parts() const noexcept { return parts_; }
    /// These throw InputError when the checkpoint does not hold the name.
    [[nodiscard]] const std::vector<double>& reals(const std::string& name) const;
    [[nodiscard]] const std::vector<std::int64_t>& integers(const std::string& name) const;
    [[nodiscard]] const std::string& text(const std::string& name) const;

    /// Rows [offset, offset + rows) of a distributed dataset. When the ranks' rows add up to the
    /// whole they must cover it once: then what arrived in memory is checked against the checksum.
    /// Collective. Throws InputError, the same on all ranks.
    void read_part(const std::string& path, std::uint64_t offset, std::uint64_t rows,
                   std::span<double> values) const;

    [[nodiscard]] const std::map<std::string, std::vector<double>>& all_reals() const noexcept {
        return reals_;
    }
    [[nodiscard]] const std::map<std::string, std::vector<std::int64_t>>&
    all_integers() const noexcept {
        return integers_;
    }
    [[nodiscard]] const std::map<std::string, std::string>& texts() const noexcept {
        return texts_;
    }

  private:
    void load();
    [[noreturn]] void refuse(const std::string& problem) const;

    parallel::Communicator comm_;
    std::string path_;
    Seal seal_;
    std::map<std::string, Part> parts_;
    std::map<std::string, std::vector<double>> reals_;
    std::map<std::string, std::vector<std::int64_t>> integers_;
    std::map<std::string, std::string> texts_;
};

} // namespace equipoise::io
