// Protects that a trajectory has the same bits however it is computed: on any number of ranks, with
// any amount of noise drawn ahead, settled at any time, stopped and restored.
#include "equipoise/util/errors.hpp"

#include <catch2/catch.hpp>

#include "unit/network/setup.hpp"
#include <algorithm>
#include <string>
#include <vector>

using namespace equipoise;

namespace {

using States = std::vector<std::vector<double>>;

const std::vector<std::string> schemes{"scheme = balanced\n", "scheme = explicit\n",
                                       "scheme = balanced\nlocal_step = euler\n"};

template <class Check>
void for_each_network(Check&& check) {
    for (const Layout& layout : layouts()) {
        for (const std::string& scheme : schemes) {
            CAPTURE(layout.domain, layout.network, scheme);
            check(network_text(layout.domain, layout.network + scheme));
        }
    }
}

} // namespace

TEST_CASE("the same bits on these ranks as on one") {
    for_each_network([](const std::string& text) {
        Setup one(text, MPI_COMM_SELF);
        Setup many(text);
        for (Setup* setup : {&one, &many}) {
            setup->start();
            setup->steps(6);
        }
        const States whole = one.states();
        const States parts = many.states();
        for (std::size_t a = 0; a < 2; ++a) {
            const auto first = static_cast<std::ptrdiff_t>(many.solver.state(a).first_neuron);
            CHECK(std::equal(parts[a].begin(), parts[a].end(), whole[a].begin() + first));
            CHECK(many.comm.sum(static_cast<std::int64_t>(parts[a].size())) ==
                  one.solver.state(a).neurons);
        }
    });
}

TEST_CASE("settling and drawing ahead change nothing") {
    for_each_network([](const std::string& text) {
        Setup plain(text);
        Setup disturbed(text);
        plain.start();
        disturbed.start();
        for (int step = 0; step < 6; ++step) {
            plain.steps(1);
            disturbed.solver.local_pass();
            disturbed.exchange(step); // draws none, one, two ... blocks ahead
            if (step % 2 == 1) {
                disturbed.solver.settle();
                disturbed.solver.settle();
            }
        }
        CHECK(disturbed.states() == plain.states());
    });
}

TEST_CASE("noise is drawn ahead until the sum has arrived, for some of the blocks at most") {
    constexpr auto limit = static_cast<std::int64_t>(network::NetworkSolver::ahead_limit);
    for (const std::int64_t blocks : {std::int64_t{10}, 6 * limit}) { // one rank to four
        const std::vector<std::string> size{
            "--population.e.neurons=" + std::to_string(blocks / 2 * domain::block_size),
            "--population.i.neurons=" + std::to_string(blocks / 2 * domain::block_size)};
        Setup plain(network_text("point"), MPI_COMM_WORLD, size);
        Setup ahead(network_text("point"), MPI_COMM_WORLD, size);
        plain.start();
        ahead.start();
        std::int64_t local = 0;
        for (const domain::Placement& placement : ahead.placements) {
            local += placement.local().size();
        }
        for (const std::int64_t until : {std::int64_t{0}, std::int64_t{3}, 10 * limit}) {
            plain.steps(1);
            ahead.solver.local_pass();
            ahead.comm.sum(ahead.solver.message().words());
            std::int64_t asked = 0;
            ahead.solver.draw_ahead([&] { return asked++ == until; });
            // Asked once more than there are blocks drawn, but not when there is no room for more.
            CHECK(asked == std::min({until + 1, local, limit}));
            asked = 0;
            ahead.solver.draw_ahead([&] { return ++asked == 1; });
            CHECK(asked == (until < std::min(local, limit) ? 1 : 0)); // goes on where it was
            ahead.solver.receive();
        }
        const bool same = ahead.states() == plain.states(); // Catch would print all of them
        CHECK(same);
    }
}

TEST_CASE("a run stopped and restored goes on with the same bits") {
    for_each_network([](const std::string& text) {
        Setup whole(text);
        whole.start();
        whole.steps(4);
        const States halfway = whole.states();
        whole.steps(5);

        Setup restored(text, MPI_COMM_WORLD, {"--run.t_end=2"});
        restored.solver.restore(4, halfway);
        CHECK(restored.solver.step() == 4);
        CHECK(restored.states() == halfway);
        restored.start();
        restored.steps(5);
        CHECK(restored.states() == whole.states());
        CHECK(restored.solver.time() == whole.solver.time());
    });
}

TEST_CASE("restoring in the middle of a run forgets what was under way") {
    Setup setup(network_text("ring"));
    setup.start();
    setup.steps(2);
    const States early = setup.states();
    setup.steps(2);
    const States late = setup.states();
    setup.solver.local_pass();
    setup.exchange(3); // a kick waits, noise is drawn ahead
    setup.solver.restore(2, early);
    setup.start();
    setup.steps(2);
    CHECK(setup.states() == late);
}

TEST_CASE("states that do not fit the local neurons are refused") {
    Setup setup(network_text("point"));
    States states = setup.states();
    states[0].push_back(0.0);
    CHECK_THROWS_AS(setup.solver.restore(0, states), InternalError);
}

TEST_CASE("another seed, another trajectory") {
    Setup first(network_text("point"));
    Setup second(network_text("point"), MPI_COMM_WORLD, {"--run.seed=6"});
    CHECK_FALSE(first.comm.any(!first.states()[0].empty() && first.states() == second.states()));
}
