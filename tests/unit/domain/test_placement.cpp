// Protects where neurons are: on lattices and shared sites as stated, at random uniformly and the
// same on any number of ranks.
#include "equipoise/domain/placement.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

using namespace equipoise;
using config::Config;
using config::DomainKind;
using domain::BlockRange;
using domain::Placement;

namespace {

Config make_config(DomainKind kind, std::int64_t neurons, config::SiteCount sites,
                   config::Positions positions = config::Positions::lattice) {
    Config config;
    config.run.seed = 21;
    config.domain.kind = kind;
    config.populations.resize(2);
    config.populations[0].neurons = neurons;
    config.populations[1].neurons = neurons;
    config.network.sites = sites;
    config.network.positions = positions;
    return config;
}

/// All neurons on this rank.
Placement whole(const Config& config, std::size_t population = 0) {
    const BlockRange all{0, domain::block_count(config.populations[population].neurons)};
    return {config, population, all, parallel::Communicator(MPI_COMM_SELF)};
}

std::vector<domain::Phase> phases(const Placement& placement) {
    std::vector<domain::Phase> all;
    for (std::int64_t j = 0; j < placement.local_neurons(); ++j) {
        all.push_back(placement.phase(placement.first_neuron() + j));
    }
    return all;
}

/// phases() of every block against phase() of every neuron.
void check_blocks(const Placement& placement) {
    std::array<double, random::block_size> first{};
    std::array<double, random::block_size> second{};
    std::int64_t neurons = 0;
    std::size_t wrong = 0;
    for (std::int64_t block = placement.local().first; block < placement.local().end; ++block) {
        placement.phases(block, first.data(), second.data());
        for (std::int64_t i = 0; i < placement.count(block); ++i) {
            const domain::Phase phase = placement.phase(block * domain::block_size + i);
            const auto at = static_cast<std::size_t>(i);
            wrong += phase == domain::Phase{first[at], second[at]} ? 0 : 1;
        }
        neurons += placement.count(block);
    }
    CHECK(wrong == 0);
    CHECK(neurons == placement.local_neurons());
}

/// Largest distance of the empirical distribution of u from the uniform one, times sqrt(n).
double uniform_distance(std::vector<double> u) {
    std::sort(u.begin(), u.end());
    const auto n = static_cast<double>(u.size());
    double distance = 0.0;
    for (std::size_t i = 0; i < u.size(); ++i) {
        distance = std::max(
            {distance, static_cast<double>(i + 1) / n - u[i], u[i] - static_cast<double>(i) / n});
    }
    return distance * std::sqrt(n);
}

} // namespace

TEST_CASE("a rank beyond the last block has no neurons, and they begin where the population ends") {
    const Config config = make_config(DomainKind::ring, 1500, {0, 1});
    const parallel::Communicator alone(MPI_COMM_SELF);
    const Placement last(config, 0, {1, 2}, alone);
    CHECK(last.first_neuron() == 1024);
    CHECK(last.local_neurons() == 476);
    const Placement beyond(config, 0, {2, 2}, alone);
    CHECK(beyond.first_neuron() == 1500);
    CHECK(beyond.local_neurons() == 0);
}

TEST_CASE("on a point all neurons share the one site") {
    const Placement placement = whole(make_config(DomainKind::point, 3000, {0, 0}));
    CHECK(placement.neurons_per_site() == 3000);
    CHECK(placement.neurons() == 3000);
    CHECK(placement.count(0) == 1024);
    CHECK(placement.count(2) == 3000 - 2048);
    CHECK(placement.local_neurons() == 3000);
    CHECK_FALSE(placement.is_plane());
    for (const domain::Phase& phase : phases(placement)) {
        REQUIRE(phase == domain::Phase{0.0, 0.0});
    }
    check_blocks(placement);
}

TEST_CASE("one site per neuron on a ring") {
    const Placement placement = whole(make_config(DomainKind::ring, 2500, {0, 0}));
    CHECK(placement.neurons_per_site() == 1);
    const auto all = phases(placement);
    for (std::size_t j = 0; j < all.size(); ++j) {
        REQUIRE(all[j] == domain::Phase{static_cast<double>(j) / 2500.0, 0.0});
    }
    check_blocks(placement);
}

TEST_CASE("equal shares of neurons at the sites of a ring") {
    const Placement placement = whole(make_config(DomainKind::ring, 3000, {30, 1}));
    CHECK(placement.neurons_per_site() == 100);
    CHECK(placement.sites().size() == 30);
    const auto all = phases(placement);
    for (std::size_t j = 0; j < all.size(); ++j) {
        REQUIRE(all[j][0] == static_cast<double>(j / 100) / 30.0);
    }
    check_blocks(placement);
}

TEST_CASE("the torus' lattice: one site per neuron, and shared sites") {
    for (const config::SiteCount& sites : {config::SiteCount{0, 0}, config::SiteCount{15, 12}}) {
        const Placement placement = whole(make_config(DomainKind::torus, 3600, sites));
        CHECK(placement.is_plane());
        const std::int64_t across = sites[0] == 0 ? 60 : 15;
        const std::int64_t along = sites[0] == 0 ? 60 : 12;
        CHECK(placement.neurons_per_site() * across * along == 3600);
        std::vector<std::int64_t> visits(static_cast<std::size_t>(across * along), 0);
        for (const domain::Phase& phase : phases(placement)) {
            const auto i = std::llround(phase[0] * static_cast<double>(across));
            const auto j = std::llround(phase[1] * static_cast<double>(along));
            REQUIRE(phase[0] == static_cast<double>(i) / static_cast<double>(across));
            REQUIRE(phase[1] == static_cast<double>(j) / static_cast<double>(along));
            ++visits.at(static_cast<std::size_t>(i * along + j));
        }
        CHECK(std::all_of(visits.begin(), visits.end(), [&](std::int64_t count) {
            return count == placement.neurons_per_site();
        }));
        check_blocks(placement);
    }
}

TEST_CASE("random positions are uniform and ascend along the ring") {
    const Placement placement =
        whole(make_config(DomainKind::ring, 20000, {0, 0}, config::Positions::random));
    CHECK(placement.neurons_per_site() == 1);
    std::vector<double> u;
    for (const domain::Phase& phase : phases(placement)) {
        REQUIRE((phase[0] >= 0.0 && phase[0] < 1.0 && phase[1] == 0.0));
        u.push_back(phase[0]);
    }
    CHECK(std::is_sorted(u.begin(), u.end()));
    // Kolmogorov and Smirnov, two-sided: above 2.6 by chance in 3e-6 of all seeds; too even a
    // lattice (below 0.3) in 1e-5.
    const double distance = uniform_distance(u);
    CHECK(distance < 2.6);
    CHECK(distance > 0.3);
    check_blocks(placement);
}

TEST_CASE("random positions are uniform on the torus, and populations independent") {
    const Config config = make_config(DomainKind::torus, 20000, {0, 0}, config::Positions::random);
    const Placement first = whole(config, 0);
    const Placement second = whole(config, 1);
    const auto all = phases(first);
    CHECK(all != phases(second));
    std::vector<double> x;
    std::vector<double> y;
    std::vector<std::int64_t> cells(64, 0);
    for (const domain::Phase& phase : all) {
        REQUIRE((phase[0] >= 0.0 && phase[0] < 1.0 && phase[1] >= 0.0 && phase[1] < 1.0));
        x.push_back(phase[0]);
        y.push_back(phase[1]);
        ++cells[static_cast<std::size_t>(phase[0] * 8.0) * 8 +
                static_cast<std::size_t>(phase[1] * 8.0)];
    }
    for (const auto& u : {x, y}) {
        CHECK(uniform_distance(u) < 2.6);
        CHECK(uniform_distance(u) > 0.3);
    }
    double chi_squared = 0.0;
    for (const std::int64_t count : cells) {
        const double excess = static_cast<double>(count) - 20000.0 / 64.0;
        chi_squared += excess * excess / (20000.0 / 64.0);
    }
    // 63 degrees of freedom: outside (22, 130) in about 1e-6 of all seeds on either side.
    CHECK(chi_squared < 130.0);
    CHECK(chi_squared > 22.0);
    check_blocks(first);
}

TEST_CASE("every rank places its own neurons as one rank alone would") {
    const parallel::Communicator world = parallel::Communicator::world();
    for (const DomainKind kind : {DomainKind::point, DomainKind::ring, DomainKind::torus}) {
        for (const auto positions : {config::Positions::lattice, config::Positions::random}) {
            for (const config::SiteCount& sites :
                 {config::SiteCount{0, 0},
                  config::SiteCount{12, kind == DomainKind::torus ? 10 : 1}}) {
                if (positions == config::Positions::random && sites[0] > 0) {
                    continue;
                }
                const Config config = make_config(kind, 6000, sites, positions);
                const std::vector<std::int64_t> neurons{6000, 6000};
                const domain::Partition partition(neurons, world.size());
                const Placement local(config, 1, partition.range(1, world.rank()), world);
                const auto all = phases(whole(config, 1));
                std::size_t wrong = 0;
                for (std::int64_t j = 0; j < local.local_neurons(); ++j) {
                    const std::int64_t neuron = local.first_neuron() + j;
                    wrong += local.phase(neuron) == all[static_cast<std::size_t>(neuron)] ? 0 : 1;
                }
                CHECK(wrong == 0);
                CHECK(world.sum(local.local_neurons()) == 6000);
                check_blocks(local);
            }
        }
    }
}
