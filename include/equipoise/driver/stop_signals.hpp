#pragma once

namespace equipoise::driver {

/// From here to the end of the process SIGTERM and SIGUSR1 do not kill it: they are remembered, so
/// that the run can stop in order. More of them change nothing, also while the process ends.
void listen_for_stop_signals();

/// The signal that arrived first at this process, or 0.
int stop_signal() noexcept;

} // namespace equipoise::driver
