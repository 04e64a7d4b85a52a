#pragma once

#include "equipoise/util/stopwatch.hpp"

#include <string>

namespace equipoise::driver {

/// Shows how far the run is: a bar with the time that is left on a terminal, a line every few
/// seconds elsewhere, nothing when quiet or not on rank 0.
class Progress {
  public:
    /// From t_start, which is not 0 after a restart, to t_end.
    Progress(bool shown, double t_start, double t_end);

    /// The run has reached time t.
    void update(double t);
    /// Ends the bar's line, so that other text may follow.
    void finish();

  private:
    bool shown_;
    bool terminal_;
    double t_start_, t_end_;
    Stopwatch since_start_;
    double last_shown_ = -1.0e9; ///< seconds since the start
    bool line_open_ = false;
};

/// "1 h 02 min", "3 min 20 s", "4.2 s".
std::string duration_in_words(double seconds);

} // namespace equipoise::driver
