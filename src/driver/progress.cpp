#include "equipoise/driver/progress.hpp"

#include "equipoise/util/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace equipoise::driver {

namespace {

constexpr double bar_seconds = 0.1; ///< between two pictures of the bar
constexpr double line_seconds = 5.0;
constexpr int bar_width = 30;

} // namespace

std::string duration_in_words(double seconds) {
    const auto whole = static_cast<long long>(std::llround(seconds));
    if (whole >= 3600) {
        return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
    }
    if (whole >= 60) {
        return fmt::format("{} min {:02} s", whole / 60, whole % 60);
    }
    return seconds >= 10.0 ? fmt::format("{} s", whole) : fmt::format("{:.1f} s", seconds);
}

Progress::Progress(bool shown, double t_start, double t_end)
    : shown_(shown), terminal_(log::on_terminal()), t_start_(t_start), t_end_(t_end) {}

void Progress::update(double t) {
    if (!shown_) {
        return;
    }
    const double elapsed = since_start_.seconds();
    const bool done = t >= t_end_;
    if (elapsed - last_shown_ < (terminal_ ? bar_seconds : line_seconds) && !(terminal_ && done)) {
        return;
    }
    if (last_shown_ < 0.0) { // the first call starts the interval
        last_shown_ = elapsed;
        if (!terminal_) {
            return;
        }
    }
    last_shown_ = elapsed;
    const double part = std::clamp(t / t_end_, 0.0, 1.0);
    const double left_over_done = (t_end_ - t) / (t - t_start_);
    const std::string left =
        t > t_start_ ? duration_in_words(elapsed * left_over_done) : std::string("?");
    if (!terminal_) {
        log::print(
            fmt::format("t = {:.6g} of {:.6g} ({:.0f} %), {} left", t, t_end_, 100.0 * part, left));
        return;
    }
    const auto filled = static_cast<int>(part * bar_width);
    log::draw(fmt::format("\r[{:=<{}}{: <{}}] {:3.0f} %  t = {:.6g}  {} left\x1b[K", "", filled, "",
                          bar_width - filled, 100.0 * part, t, left));
    line_open_ = true;
}

void Progress::finish() {
    if (line_open_) {
        log::draw("\r\x1b[K");
        line_open_ = false;
    }
}

} // namespace equipoise::driver
