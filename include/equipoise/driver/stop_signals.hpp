#pragma once

#include <csignal>

namespace equipoise::driver {

/// From here to the end of the object's life SIGTERM and SIGUSR1 do not kill the process: they are
/// remembered, so that the run can stop in order. More of them change nothing. One object at a
/// time.
class StopSignals {
  public:
    StopSignals();
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;
    ~StopSignals();

    /// The signal that arrived first at this process, or 0.
    [[nodiscard]] static int received() noexcept;

  private:
    struct sigaction terminate_ {
    }, user_{}; ///< what was there before
};

} // namespace equipoise::driver
