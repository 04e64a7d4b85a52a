#include "equipoise/driver/stop_signals.hpp"

#include "equipoise/util/errors.hpp"

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

StopSignals::StopSignals() {
    struct sigaction action {};
    action.sa_handler = remember;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART; // file system calls under way go on
    ensure(sigaction(SIGTERM, &action, &terminate_) == 0 &&
               sigaction(SIGUSR1, &action, &user_) == 0,
           "signal handlers can be set");
}

StopSignals::~StopSignals() {
    sigaction(SIGTERM, &terminate_, nullptr);
    sigaction(SIGUSR1, &user_, nullptr);
}

int StopSignals::received() noexcept {
    return first_signal;
}

} // namespace equipoise::driver
