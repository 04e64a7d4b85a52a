#pragma once

#include <cstdint>
#include <string>

namespace equipoise::io {

/// What the superblock of an HDF5 file says about its end, set before HDF5 itself does it, which is
/// too late for a file that must be whole after a kill at any moment: HDF5 refuses a file that is
/// shorter than that, and whatever lies beyond it. By one process alone, while HDF5 does not write
/// it. They throw FileSystemError, also where the file has no superblock of version 0 or 1 (which
/// create_file makes; they have no checksum).
///
/// Sets the end of a file that is at least that long.
void set_end(const std::string& path, std::uint64_t end);
/// Makes the file at least `end` bytes long, on disk space that is then surely there, and sets it.
void lengthen(const std::string& path, std::uint64_t end);

} // namespace equipoise::io
