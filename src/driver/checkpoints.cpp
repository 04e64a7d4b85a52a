#include "equipoise/driver/checkpoints.hpp"

#include "equipoise/io/checkpoint_folder.hpp"
#include "equipoise/io/together.hpp"
#include "equipoise/util/errors.hpp"
#include "equipoise/util/log.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace equipoise::driver {

namespace {

namespace fs = std::filesystem;

/// A run must not find out after hours that it can write no checkpoint: the folder, or what is
/// there of the way to it, must be open to this process.
void require_folder(const std::string& folder) {
    fs::path there(folder);
    while (!there.empty() && !fs::exists(there)) {
        there = there.parent_path();
    }
    if (there.empty()) {
        there = ".";
    }
    if (!fs::is_directory(there)) {
        throw FileSystemError(
            fmt::format("{}: {} is not a folder; change checkpoint.directory, or set it to none",
                        folder, there.string()));
    }
    if (::access(there.c_str(), W_OK | X_OK) != 0) {
        throw FileSystemError(fmt::format("{}: no checkpoint can be written there: {}: {}; change "
                                          "checkpoint.directory, or set it to none",
                                          folder, there.string(), std::strerror(errno)));
    }
}

} // namespace

Checkpoints::Checkpoints(const parallel::Communicator& comm, const config::Config& config,
                         const std::string& from)
    : comm_(comm), folder_(folder(config)), keep_(config.checkpoint.keep),
      output_(config.run.output), last_(from) {
    // Beside the output the folder can be made where the output can, which is seen to there.
    const bool beside_output = config.checkpoint.directory.empty();
    if (wanted()) {
        io::on_root(comm_, [&] {
            if (!beside_output || fs::exists(folder_)) {
                require_folder(folder_);
            }
        });
    }
}

std::string Checkpoints::remedy(bool output_begun) const {
    return fmt::format("; make room, or the folder accessible, and {}{}",
                       last_.empty() ? "start again: there is no checkpoint yet"
                                     : "go on with: equipoise restart " + last_,
                       output_begun ? fmt::format(" (records up to the last flush are in {}"
                                                  ".partial)",
                                                  output_)
                                    : std::string());
}

std::string Checkpoints::folder(const config::Config& config) {
    if (config.checkpoint.directory == "none") {
        return {};
    }
    if (!config.checkpoint.directory.empty()) {
        return config.checkpoint.directory;
    }
    return std::filesystem::path(config.run.output).replace_extension(".checkpoints").string();
}

void Checkpoints::write(const Snapshot& snapshot) {
    io::on_root(comm_, [&] { std::filesystem::create_directories(folder_); });
    if (sequence_ == 0) {
        sequence_ = io::next_sequence(comm_, folder_) - 1; // after what earlier runs left there
    }
    const io::CheckpointWriteReport report =
        io::write_checkpoint(comm_, folder_, sequence_ + 1, snapshot.content, keep_);
    ++sequence_;
    ++written_;
    last_ = report.path;
    last_seconds_ = report.seconds;
    seconds_ += report.seconds;
    bytes_ += static_cast<double>(report.bytes);
    if (!report.unfinished.empty() && comm_.is_root()) {
        log::warn(
            fmt::format("the checkpoint {} was written and is whole, but naming it in 'latest' or "
                        "removing older ones failed: {}; see to that, the next checkpoint tries "
                        "again; this one can be used: equipoise restart {}",
                        last_, report.unfinished, last_));
    }
}

void Checkpoints::try_write(const Snapshot& snapshot) {
    try {
        write(snapshot);
    } catch (const FileSystemError& error) {
        if (comm_.is_root()) {
            log::warn(fmt::format("no checkpoint was written, the run goes on{}: {}",
                                  last_.empty() ? std::string() : "; the last one is " + last_,
                                  error.what()));
        }
    }
}

std::string Checkpoints::summary() const {
    if (written_ == 0) {
        return {};
    }
    return fmt::format(
        "{} checkpoint{} of {:.3g} MB, {:.2f} s in all ({:.2f} GB/s); the last is {}", written_,
        written_ == 1 ? "" : "s", bytes_ / static_cast<double>(written_) / 1e6, seconds_,
        bytes_ / std::max(seconds_, 1e-9) / 1e9, last_);
}

} // namespace equipoise::driver
