#include "equipoise/domain/partition.hpp"
#include "equipoise/util/errors.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <random>
#include <utility>
#include <vector>

// Protects that every neuron has one owner and every rank its fair share, for any sizes.

namespace {

using namespace equipoise::domain;

/// Looks at every rank's ranges by themselves, not through the constructor's own proof.
void verify(const std::vector<std::int64_t>& neurons, int ranks) {
    CAPTURE(neurons, ranks);
    const Partition partition(neurons, ranks);
    REQUIRE(partition.ranks() == ranks);
    std::vector<std::int64_t> loads(static_cast<std::size_t>(ranks), 0);
    for (std::size_t a = 0; a < neurons.size(); ++a) {
        std::int64_t next = 0; // the first block without an owner
        std::int64_t least = std::numeric_limits<std::int64_t>::max();
        std::int64_t most = 0;
        for (int rank = 0; rank < ranks; ++rank) {
            const BlockRange range = partition.range(a, rank);
            REQUIRE(range.first == next);
            REQUIRE(range.size() >= 0);
            next = range.end;
            least = std::min(least, range.size());
            most = std::max(most, range.size());
            loads[static_cast<std::size_t>(rank)] += range.size();
        }
        REQUIRE(next == (neurons[a] + 1023) / 1024);
        REQUIRE(most - least <= 1); // each population by itself is balanced too
    }
    for (int rank = 0; rank < ranks; ++rank) {
        REQUIRE(partition.load(rank) == loads[static_cast<std::size_t>(rank)]);
    }
    REQUIRE(*std::max_element(loads.begin(), loads.end()) -
                *std::min_element(loads.begin(), loads.end()) <=
            1);
}

} // namespace

TEST_CASE("blocks have 1024 neurons, the last one what is left") {
    CHECK(block_size == 1024);
    CHECK(block_count(1) == 1);
    CHECK(block_count(1024) == 1);
    CHECK(block_count(1025) == 2);
    CHECK(block_count(std::int64_t{1} << 42) == std::int64_t{1} << 32);
}

TEST_CASE("one owner for every block, contiguous runs, loads within one block") {
    std::mt19937_64 engine(3);
    for (int ranks = 1; ranks <= 40; ++ranks) {
        for (int trial = 0; trial < 25; ++trial) {
            const std::size_t populations = 1 + engine() % 5;
            std::vector<std::int64_t> neurons;
            for (std::size_t a = 0; a < populations; ++a) {
                const std::int64_t limit = std::int64_t{1} << (1 + engine() % 24);
                neurons.push_back(1 + static_cast<std::int64_t>(engine()) % limit);
                neurons.back() = std::abs(neurons.back()) + 1;
            }
            verify(neurons, ranks);
        }
    }
}

TEST_CASE("fewer blocks than ranks, exact multiples, very large populations") {
    verify({1}, 64);
    verify({1, 1, 1}, 2);
    verify({1024, 1024}, 4);
    verify({3 * 1024, 5 * 1024, 1}, 8);
    verify({1000000000000, 999999999999, 17}, 4096);
}

TEST_CASE("linked populations have the same blocks on every rank") {
    const std::vector<std::int64_t> neurons{7 * 1024, 10 * 1024, 7 * 1024, 3000, 10 * 1024};
    const std::vector<std::size_t> linked{0, 1, 0, 3, 1};
    for (int ranks = 1; ranks <= 12; ++ranks) {
        const Partition partition(neurons, ranks, linked);
        std::int64_t blocks = 0;
        for (int rank = 0; rank < ranks; ++rank) {
            for (const auto& [a, b] : {std::pair{0U, 2U}, {1U, 4U}}) {
                CHECK(partition.range(a, rank).first == partition.range(b, rank).first);
                CHECK(partition.range(a, rank).end == partition.range(b, rank).end);
            }
            blocks += partition.load(rank);
        }
        CHECK(blocks == 7 + 10 + 7 + 3 + 10);
    }
    const std::vector<std::size_t> unequal{0, 0, 2, 3, 4};
    CHECK_THROWS_AS(Partition(neurons, 2, unequal), equipoise::InternalError);
}

TEST_CASE("a partition needs a rank") {
    const std::vector<std::int64_t> neurons{10};
    CHECK_THROWS_AS(Partition(neurons, 0), equipoise::InternalError);
}
