#include "equipoise/driver/requests.hpp"

#include "equipoise/driver/stop_signals.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <system_error>

namespace equipoise::driver {

namespace {

constexpr double seconds_between_looks = 0.2;
/// Kept free before the end of the wall time, beside twice the longest checkpoint so far: this part
/// of it, but no more seconds than these.
constexpr double margin_part = 0.1;
constexpr double most_margin_seconds = 30.0;

double now() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration<double>(since).count();
}

/// What squeue prints for a format and a job; "" where it is not there or fails.
std::string ask_squeue(const std::string& job, const char* format) {
    if (job.find_first_not_of("0123456789_") != std::string::npos) {
        return {};
    }
    const std::string command =
        std::string("squeue -h -j ") + job + " -o " + format + " 2>/dev/null";
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    std::array<char, 64> line{};
    if (!pipe || std::fgets(line.data(), static_cast<int>(line.size()), pipe.get()) == nullptr) {
        return {};
    }
    return line.data();
}

/// Seconds in "[days-][[hours:]minutes:]seconds", or -1.
double parse_duration(const std::string& text) {
    int days = 0;
    std::array<int, 3> part{};
    const char* rest = text.c_str();
    if (text.find('-') != std::string::npos) {
        if (std::sscanf(rest, "%d-", &days) != 1) {
            return -1.0;
        }
        rest += text.find('-') + 1;
    }
    const int count = std::sscanf(rest, "%d:%d:%d", part.data(), &part[1], &part[2]);
    if (count < 1) {
        return -1.0;
    }
    double seconds = 0.0;
    for (int i = 0; i < count; ++i) {
        seconds = 60.0 * seconds + part[static_cast<std::size_t>(i)];
    }
    return 86400.0 * days + seconds;
}

} // namespace

double end_of_wall_time(const config::Limits& limits, double started) {
    if (limits.walltime_minutes > 0.0) {
        return started + 60.0 * limits.walltime_minutes;
    }
    if (const char* end = std::getenv("SLURM_JOB_END_TIME"); end != nullptr) {
        return std::atof(end);
    }
    if (const char* job = std::getenv("SLURM_JOB_ID"); job != nullptr) {
        const double left = parse_duration(ask_squeue(job, "%L"));
        return left > 0.0 ? started + left : 0.0;
    }
    return 0.0;
}

Requests::Requests(const parallel::Communicator& comm, const config::Config& config,
                   const std::string& folder)
    : comm_(comm), stop_file_(folder + "/stop"),
      interval_seconds_(folder.empty() ? 0.0 : 60.0 * config.checkpoint.interval_minutes) {
    if (comm_.is_root()) {
        const double started = now();
        end_ = end_of_wall_time(config.limits, started);
        margin_ = std::min(most_margin_seconds, margin_part * (end_ - started));
    }
}

Request Requests::look() {
    if (const int signal = stop_signal(); signal != 0) {
        reason_ = signal == SIGTERM ? "SIGTERM" : "SIGUSR1";
        return Request::stop;
    }
    if (!comm_.is_root()) {
        return Request::none;
    }
    if (end_ > 0.0 && now() > end_ - margin_ - 2.0 * longest_checkpoint_) {
        reason_ = "the end of the wall time";
        return Request::stop;
    }
    std::error_code error;
    if (std::filesystem::exists(stop_file_, error)) {
        reason_ = "the file " + stop_file_;
        return Request::stop;
    }
    return interval_seconds_ > 0.0 && since_checkpoint_.seconds() > interval_seconds_
               ? Request::checkpoint
               : Request::none;
}

Request Requests::local() {
    if (!looked_ || stop_signal() != 0 || since_look_.seconds() > seconds_between_looks) {
        looked_ = true;
        since_look_.restart();
        seen_ = look();
    }
    return seen_;
}

Request Requests::agreed() {
    return static_cast<Request>(comm_.max(static_cast<std::int64_t>(local())));
}

void Requests::checkpoint_written(double seconds) {
    longest_checkpoint_ = std::max(longest_checkpoint_, seconds);
    since_checkpoint_.restart();
    looked_ = false;
}

void Requests::obeyed() const {
    if (comm_.is_root()) {
        std::error_code error;
        std::filesystem::remove(stop_file_, error);
    }
}

} // namespace equipoise::driver
