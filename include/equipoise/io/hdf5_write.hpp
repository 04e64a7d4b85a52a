#pragma once

#include "equipoise/io/hdf5_handle.hpp"

#include <string>
#include <vector>

namespace equipoise::io {

/// How ranks move their blocks of a dataset.
enum class Transfer {
    independent, ///< this rank alone writes, others need not call
    collective,  ///< all ranks call; MPI joins what is theirs into larger pieces
    side_by_side ///< collective for HDF5, but each rank moves its own block
};

/// Writes a block of a dataset: from `start`, `count` long in each dimension; this rank has nothing
/// to write where a count is 0. Throws FileSystemError that names the file.
void write_block(hid_t dataset, const std::string& file, const std::vector<hsize_t>& start,
                 std::vector<hsize_t> count, hid_t type, const void* values, Transfer transfer);

} // namespace equipoise::io
