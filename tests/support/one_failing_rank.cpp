#include <catch2/catch.hpp>
#include <mpi.h>

TEST_CASE("an assertion that fails on rank 1 alone") {
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    CHECK(rank != 1);
}
