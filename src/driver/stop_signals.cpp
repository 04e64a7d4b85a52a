#include "equipoise/driver/stop_signals.hpp"

#include "equipoise/util/errors.hpp"

#include <csignal>

namespace equipoise::driver {

namespace {

// A handler may only touch this kind of variable.
volatile std::sig_atomic_t first_signal =
    0; // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

extern "C" void remember(int signal) {
    if (first_signal == 0) {
        first_signal = signal;
    }
}

} // namespace

void listen_for_stop_signals() {
    struct sigaction action {};
    action.sa_handler = remember;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART; // file system calls under way go on
    ensure(sigaction(SIGTERM, &action, nullptr) == 0 && sigaction(SIGUSR1, &action, nullptr) == 0,
           "signal handlers can be set");
}

int stop_signal() noexcept {
    return first_signal;
}

} // namespace equipoise::driver
