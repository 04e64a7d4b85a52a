// Protects the meaning of the collective calls on any number of ranks, and that MPI's failures are
// seen.
#include "equipoise/parallel/communicator.hpp"
#include "equipoise/parallel/first_ranks.hpp"
#include "equipoise/util/errors.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using namespace equipoise::parallel;

namespace {

const Communicator& world() {
    static const Communicator comm = Communicator::world();
    return comm;
}

/// 0 + 1 + ... + (size - 1)
std::int64_t ranks_sum() {
    return std::int64_t{world().size()} * (world().size() - 1) / 2;
}

} // namespace

TEST_CASE("a communicator knows its ranks") {
    int rank = -1;
    int size = -1;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    CHECK(world().rank() == rank);
    CHECK(world().size() == size);
    CHECK(world().is_root() == (rank == 0));
    const Communicator self(MPI_COMM_SELF);
    CHECK(self.size() == 1);
    CHECK(self.is_root());
}

TEST_CASE("what root says, all ranks hear") {
    const std::string text("with a\0 in it, and \xc3\xa9", 21);
    CHECK(world().broadcast(world().is_root() ? text : "another, longer or shorter") == text);
    CHECK(world().broadcast(world().is_root() ? std::string() : "not empty").empty());
    std::vector<double> reals(3, world().is_root() ? 1.5 : 0.0);
    world().broadcast(reals);
    CHECK(reals == std::vector<double>(3, 1.5));
    std::vector<std::int64_t> whole(2, world().is_root() ? std::int64_t{1} << 60 : 0);
    world().broadcast(whole);
    CHECK(whole == std::vector<std::int64_t>(2, std::int64_t{1} << 60));
}

TEST_CASE("reductions give every rank the same") {
    const std::int64_t rank = world().rank();
    const std::int64_t last = world().size() - 1;
    CHECK(world().any(rank == last));
    CHECK_FALSE(world().any(false));
    CHECK(world().sum(rank + (std::int64_t{1} << 53)) ==
          ranks_sum() + (std::int64_t{1} << 53) * world().size());
    CHECK(world().max(rank) == last);
    CHECK(world().min(-rank) == -last);
    CHECK(world().max(-0.5 * static_cast<double>(rank)) == 0.0);
    CHECK(world().min(-0.5 * static_cast<double>(rank)) == -0.5 * static_cast<double>(last));
    std::array<double, 2> largest{static_cast<double>(rank), -static_cast<double>(rank)};
    world().max(largest);
    CHECK(largest == std::array<double, 2>{static_cast<double>(last), 0.0});
    std::array<std::int64_t, 2> sums{rank, 1};
    world().sum(sums);
    CHECK(sums == std::array<std::int64_t, 2>{ranks_sum(), world().size()});
    std::array<double, 1> real{0.25 * static_cast<double>(rank)};
    world().sum_reals(real);
    CHECK(real[0] == 0.25 * static_cast<double>(ranks_sum()));
    std::vector<std::int64_t> nothing;
    world().sum(nothing);
    CHECK(nothing.empty());
}

TEST_CASE("the first text by rank order reaches all") {
    const int last = world().size() - 1;
    CHECK(world().first_text("").empty());
    for (int first = 0; first <= last; ++first) {
        const std::string mine =
            world().rank() >= first ? "from rank " + std::to_string(world().rank()) : "";
        CHECK(world().first_text(mine) == "from rank " + std::to_string(first));
    }
}

TEST_CASE("a sum under way arrives, is waited for when it is left, and can be handed on") {
    std::vector<std::int64_t> values(1000, world().rank());
    {
        PendingSum pending(world(), values);
        while (!pending.test()) {
        }
        CHECK(pending.test()); // asking again is harmless
        pending.wait();
    }
    CHECK(values == std::vector<std::int64_t>(1000, ranks_sum()));

    std::vector<std::int64_t> first(10, 1);
    std::vector<std::int64_t> second(10, 2);
    {
        PendingSum one(world(), first);
        PendingSum two(std::move(one));
        PendingSum three;
        three = std::move(two);
        PendingSum other(world(), second);
        other.wait();
    } // the destructor of the one that holds the first sum waits for it
    CHECK(first == std::vector<std::int64_t>(10, world().size()));
    CHECK(second == std::vector<std::int64_t>(10, 2 * world().size()));
    PendingSum none;
    CHECK(none.test());
    none.wait();
}

TEST_CASE("the first ranks alone have their communicator") {
    for (int count = 1; count <= world().size(); ++count) {
        const FirstRanks some(world(), count);
        CHECK(some.member() == (world().rank() < count));
        CHECK((some.handle() != MPI_COMM_NULL) == some.member());
        if (some.member()) {
            const Communicator inner(some.handle());
            CHECK(inner.size() == count);
            CHECK(inner.rank() == world().rank());
            CHECK(inner.sum(std::int64_t{1}) == count);
        }
    }
    const FirstRanks more(world(), world().size() + 5);
    CHECK(more.member());
}

TEST_CASE("a failure of MPI is an error with MPI's own words and the call") {
    CHECK_NOTHROW(check(MPI_SUCCESS, "MPI_Something"));
    try {
        check(MPI_ERR_COMM, "MPI_Something");
        FAIL("no error");
    } catch (const equipoise::InternalError& error) {
        const std::string text = error.what();
        CHECK(text.rfind("MPI_Something: ", 0) == 0);
        CHECK(text.size() > std::string("MPI_Something: ").size());
    }
}
