#include "equipoise/driver/checkpoints.hpp"

#include "equipoise/io/checkpoint_folder.hpp"
#include "equipoise/io/together.hpp"
#include "equipoise/util/errors.hpp"
#include "equipoise/util/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace equipoise::driver {

Checkpoints::Checkpoints(const parallel::Communicator& comm, const config::Config& config)
    : comm_(comm), folder_(folder(config)), keep_(config.checkpoint.keep) {}

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
