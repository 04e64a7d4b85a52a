#include "equipoise/driver/limit_run.hpp"

#include "equipoise/util/stopwatch.hpp"

namespace equipoise::driver {

Request LimitRun::advance(double t, io::OutputFile& file, Requests& requests) {
    if (time() >= t && last_.time >= t) {
        return Request::none; // recorded before something was asked
    }
    const Stopwatch watch;
    Request request = Request::none;
    while (time() < t && request == Request::none) {
        if (!step(t)) {
            request = requests.agreed();
        }
    }
    step_seconds_ += watch.seconds();
    if (time() >= t) {
        record(file);
    }
    return request;
}

} // namespace equipoise::driver
