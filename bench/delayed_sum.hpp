#pragma once

namespace bench {

/// Linked into a program before the MPI library, delayed_sum.cpp lets every sum over ranks
/// (MPI_Allreduce, MPI_Iallreduce) arrive this many seconds later than it would: a network of that
/// latency in place of the machine's. Nothing is lost or changed. Without a call it is
/// $SUM_DELAY_MICROSECONDS, or 0. To be the same on all ranks.
void set_sum_delay(double seconds);

} // namespace bench
