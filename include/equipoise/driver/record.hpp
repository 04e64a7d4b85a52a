#pragma once

#include "equipoise/config/config.hpp"
#include "equipoise/io/checkpoint.hpp"
#include "equipoise/io/output_file.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

/// What output file and checkpoints say of the run they belong to.
namespace equipoise::driver {

/// A name for this run that no other has, the same on all ranks.
std::string new_run_id(const parallel::Communicator& comm);
/// The root attributes of an output file.
io::Schema file_schema(const config::Config& config, int ranks, const std::string& run_id);
/// The path from the root of the file system.
std::string absolute(const std::string& path);

/// How many records every growing dataset of the output has, into a checkpoint and from it.
void add_position(io::CheckpointContent& content, const io::OutputFile& file);
io::OutputPosition position_in(const io::CheckpointReader& checkpoint, const std::string& run_id);

} // namespace equipoise::driver
