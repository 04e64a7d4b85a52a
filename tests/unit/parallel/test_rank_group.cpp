// Protects the split of the ranks into groups: every rank is in one, none is empty, and groups
// talk apart from each other.
#include "equipoise/parallel/rank_group.hpp"
#include "equipoise/util/errors.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <string>
#include <vector>

using namespace equipoise::parallel;

TEST_CASE("groups cover the ranks in order, as evenly as can be") {
    const Communicator world = Communicator::world();
    for (int groups = 1; groups <= world.size(); ++groups) {
        const RankGroup group(world, groups);
        const Communicator comm = group.communicator();
        CHECK(group.count() == groups);
        std::vector<std::int64_t> members(static_cast<std::size_t>(groups), 0);
        members[static_cast<std::size_t>(group.number())] = 1;
        world.sum(members);
        for (const std::int64_t size : members) {
            CHECK(size >= world.size() / groups);
            CHECK(size <= world.size() / groups + 1);
        }
        CHECK(comm.size() == members[static_cast<std::size_t>(group.number())]);
        // Ranks of a group follow each other in the world.
        const std::int64_t first = comm.min(std::int64_t{world.rank()});
        CHECK(world.rank() == first + comm.rank());
    }
}

TEST_CASE("groups sum apart from each other") {
    const Communicator world = Communicator::world();
    const RankGroup group(world, world.size());
    // Each group another number of times: no group waits for another.
    std::int64_t sum = 0;
    for (int i = 0; i <= group.number(); ++i) {
        sum += group.communicator().sum(std::int64_t{10});
    }
    CHECK(sum == 10 * (group.number() + 1));
}

TEST_CASE("where one group fails, all ranks fail by its words") {
    const Communicator world = Communicator::world();
    const RankGroup group(world, world.size());
    int done = 0;
    group.apart([&] { ++done; });
    CHECK(done == 1);
    for (int failing = 0; failing < world.size(); ++failing) {
        const auto body = [&] {
            if (group.number() >= failing) {
                throw equipoise::NumericsError("group " + std::to_string(group.number()));
            }
        };
        CHECK_THROWS_WITH(group.apart(body), "group " + std::to_string(failing));
        CHECK_THROWS_AS(group.apart(body), equipoise::NumericsError);
    }
}

TEST_CASE("an empty group is refused") {
    const Communicator world = Communicator::world();
    CHECK_THROWS_AS(RankGroup(world, 0), equipoise::InternalError);
    CHECK_THROWS_AS(RankGroup(world, world.size() + 1), equipoise::InternalError);
}
