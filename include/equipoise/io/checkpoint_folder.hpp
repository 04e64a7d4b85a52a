#pragma once

#include "equipoise/io/checkpoint.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

/// The checkpoints of one run in a folder.
namespace equipoise::io {

/// FOLDER/checkpoint_<sequence>.h5
std::string checkpoint_path(const std::string& folder, std::int64_t sequence);
/// What a file is called until it is whole.
std::string temporary_name(const std::string& path);

struct Found {
    std::unique_ptr<CheckpointReader> checkpoint;
    std::vector<std::string> rejected; ///< newer ones, each with what is wrong with it
};

/// The newest valid checkpoint: `file_or_folder` itself when it is a file, else the one of the
/// folder that has the highest sequence among those that verify, whatever their names and times.
/// Collective. Throws InputError, the same on all ranks, when there is none, with all reasons.
Found find_checkpoint(const parallel::Communicator& comm, const std::string& file_or_folder);

/// One more than the highest sequence in the folder, of damaged files too; 1 in an empty one. Goes
/// on from there lest a run that continues an older checkpoint mixes with the newer ones.
/// Collective.
std::int64_t next_sequence(const parallel::Communicator& comm, const std::string& folder);

/// Of one process, throwing FileSystemError:
/// Removes what killed runs left under temporary names.
void remove_temporary_files(const std::string& folder);
/// Names the last good checkpoint in FOLDER/latest.
void write_pointer(const std::string& folder, const std::string& path);
/// Removes checkpoints of this program that are older than `sequence`, but for the last `keep`
/// whole ones (`sequence` counted).
void remove_older(const std::string& folder, std::int64_t sequence, std::int64_t keep);

} // namespace equipoise::io
