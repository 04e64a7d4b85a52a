#pragma once

#include "equipoise/config/config.hpp"
#include "equipoise/io/checkpoint.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <memory>
#include <string>
#include <vector>

namespace equipoise::driver {

/// A checkpoint to go on from, with the configuration to go on with.
struct Resumption {
    std::unique_ptr<io::CheckpointReader> checkpoint;
    config::Config config;
    std::vector<std::string>
        remarks; ///< newer checkpoints that were damaged, a missing output file
};

/// Finds the checkpoint, a file or the newest valid one of a folder, and takes its configuration
/// with the overrides on top. Collective. Throws InputError when there is no valid checkpoint, and
/// for every override that would make it another run: states, solvers and random numbers belong to
/// what was configured. Where run.output is not given, the output file of the checkpoint is
/// continued; where that is gone, a new one is begun in its place.
Resumption resume(const parallel::Communicator& comm, const std::string& file_or_folder,
                  const std::vector<std::string>& overrides);

/// Why a key must not change at a restart, or "" where it may. new_output: a new output file is
/// begun, so that its layout is free.
std::string reason_against_change(const std::string& key, bool new_output);

} // namespace equipoise::driver
