#include "equipoise/domain/sites.hpp"
#include "equipoise/util/errors.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <set>
#include <utility>

// Protects where sites are: a lattice i/S, numbered so that neighbours in number are neighbours.

using namespace equipoise;
using config::DomainKind;
using domain::Sites;

TEST_CASE("sites of a ring are numbered along it") {
    const Sites sites(DomainKind::ring, {8, 1});
    CHECK(sites.size() == 8);
    for (std::int64_t i = 0; i < 8; ++i) {
        CHECK(sites.cell(i) == std::array<std::int64_t, 2>{i, 0});
        CHECK(sites.phase(i) == domain::Phase{static_cast<double>(i) / 8.0, 0.0});
    }
}

TEST_CASE("a point has one site") {
    const Sites sites(DomainKind::point, {5, 7});
    CHECK(sites.size() == 1);
    CHECK(sites.phase(0) == domain::Phase{0.0, 0.0});
}

TEST_CASE("sites of a torus make the whole lattice") {
    const Sites sites(DomainKind::torus, {6, 5});
    CHECK(sites.size() == 30);
    std::set<std::pair<double, double>> phases;
    for (std::int64_t i = 0; i < sites.size(); ++i) {
        const auto cell = sites.cell(i);
        const auto phase = sites.phase(i);
        CHECK(phase[0] == static_cast<double>(cell[0]) / 6.0);
        CHECK(phase[1] == static_cast<double>(cell[1]) / 5.0);
        phases.insert({phase[0], phase[1]});
    }
    CHECK(phases.size() == 30);
}

TEST_CASE("a lattice without sites is refused") {
    CHECK_THROWS_AS(Sites(DomainKind::ring, {0, 1}), InternalError);
    CHECK_THROWS_AS(Sites(DomainKind::torus, {4, 0}), InternalError);
}

TEST_CASE("the most nearly square grid") {
    for (std::int64_t n = 1; n <= 2000; ++n) {
        const config::SiteCount grid = domain::nearly_square_grid(n);
        CAPTURE(n);
        REQUIRE(grid[0] * grid[1] == n);
        REQUIRE(grid[0] >= grid[1]);
        for (std::int64_t smaller = grid[1] + 1; smaller * smaller <= n; ++smaller) {
            REQUIRE(n % smaller != 0);
        }
    }
    CHECK(domain::nearly_square_grid(std::int64_t{1} << 40) ==
          config::SiteCount{std::int64_t{1} << 20, std::int64_t{1} << 20});
}
