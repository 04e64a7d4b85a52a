// MPI's functions are also there under the names PMPI_..., so that a program can put its own in
// front. These ones hold back the end of sums over the ranks, as a network with a long latency
// does: the sum itself goes on at MPI's pace, MPI_Test does not see its end before the delay is
// over, and MPI_Wait spins until then. The delay counts from when this rank could have seen the
// end, so that nothing of it passes while another rank is late.
#include "delayed_sum.hpp"

#include <mpi.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

Clock::duration& delay() {
    static Clock::duration delay = [] {
        const char* text = std::getenv("SUM_DELAY_MICROSECONDS");
        return std::chrono::duration_cast<Clock::duration>(
            std::chrono::duration<double, std::micro>(text != nullptr ? std::atof(text) : 0.0));
    }();
    return delay;
}

/// A sum that was asked for and has not been handed over.
struct Held {
    MPI_Request request;
    std::optional<Clock::time_point> due; ///< once the sum itself has ended
};

std::vector<Held>& held() {
    static std::vector<Held> all;
    return all;
}

std::vector<Held>::iterator find(MPI_Request request) {
    return std::find_if(held().begin(), held().end(),
                        [&](const Held& one) { return one.request == request; });
}

/// Whether the sum may be handed over now.
bool is_due(Held& one) {
    if (!one.due) {
        int ended = 0; // leaves the request as it is, unlike MPI_Test
        PMPI_Request_get_status(one.request, &ended, MPI_STATUS_IGNORE);
        if (ended == 0) {
            return false;
        }
        one.due = Clock::now() + delay();
    }
    return Clock::now() >= *one.due;
}

} // namespace

void bench::set_sum_delay(double seconds) {
    delay() = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

// Their parameters have the types and the order of the standard's.
extern "C" {

int MPI_Allreduce(const void* out, void* in, int n, MPI_Datatype type, MPI_Op op, MPI_Comm comm) {
    const int code = PMPI_Allreduce(out, in, n, type, op, comm);
    const Clock::time_point due = Clock::now() + delay();
    while (Clock::now() < due) {
    }
    return code;
}

int MPI_Iallreduce(const void* out, void* in, int n, MPI_Datatype type, MPI_Op op, MPI_Comm comm,
                   MPI_Request* request) {
    const int code = PMPI_Iallreduce(out, in, n, type, op, comm, request);
    if (code == MPI_SUCCESS && delay() > Clock::duration::zero()) {
        held().push_back({*request, std::nullopt});
    }
    return code;
}

int MPI_Test(MPI_Request* request, int* flag, MPI_Status* status) {
    if (const auto one = find(*request); one != held().end()) {
        if (!is_due(*one)) {
            *flag = 0;
            return MPI_SUCCESS;
        }
        held().erase(one);
    }
    return PMPI_Test(request, flag, status);
}

int MPI_Wait(MPI_Request* request, MPI_Status* status) {
    if (const auto one = find(*request); one != held().end()) {
        while (!is_due(*one)) {
        }
        held().erase(one);
    }
    return PMPI_Wait(request, status);
}

} // extern "C"
