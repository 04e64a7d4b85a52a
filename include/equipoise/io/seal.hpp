#pragma once

#include "equipoise/parallel/communicator.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// What stands around the HDF5 content of a checkpoint file, so that any damage is found before
/// HDF5, which trusts what it reads, may look at it.
///
///     header   512 bytes (a "user block" of HDF5): what the file is, its length, the checksum of
///     all
///              that follows, its own checksum. Written last: a file without it is no checkpoint.
///     HDF5     the content
///     trailer  a line of text for each dataset: address, bytes, checksum, path; so that damage can
///              be named without HDF5
///
/// The header's first words (magic, byte order) and its last (its checksum) stay where they are in
/// all formats.
namespace equipoise::io {

constexpr std::size_t header_bytes = 512;
/// Raised when another program could not read the file, or would not go on as its writer.
constexpr std::uint64_t checkpoint_format = 3;

/// Where a dataset's content lies in the file.
struct Region {
    std::string path;
    std::uint64_t address = 0, bytes = 0, sum = 0;
};

struct Seal {
    std::int64_t sequence = 0;
    std::uint64_t hdf5_end = 0; ///< bytes of the file before the trailer
    std::uint64_t sum = 0;      ///< of [header_bytes, hdf5_end)
    std::vector<Region> regions;
};

/// Writes trailer and header, durably, by the calling process alone. Throws FileSystemError.
void write_seal(const std::string& path, const Seal& seal);

/// A seal as read, or in words why the file has none that can be trusted.
struct SealReading {
    Seal seal;
    bool foreign = false; ///< not a checkpoint at all
    std::string problem;  ///< empty: header, length and trailer are right
};

/// Looks at header, length and trailer only, by the calling process alone. Never throws.
SealReading read_seal(const std::string& path);

/// Reads the whole file; the problem names the damaged datasets. Collective, the same on all ranks.
SealReading verify_seal(const parallel::Communicator& comm, const std::string& path);

/// The datasets whose content has not the checksum of the seal. Collective. Throws FileSystemError,
/// the same on all ranks.
std::vector<std::string> damaged_datasets(const parallel::Communicator& comm,
                                          const std::string& path, const Seal& seal);

} // namespace equipoise::io
