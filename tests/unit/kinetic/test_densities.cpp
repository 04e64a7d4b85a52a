// Densities on the grid: initial data, centring, the limiter, the choice of a range.
#include "equipoise/kinetic/initial_density.hpp"
#include "equipoise/kinetic/limiter.hpp"
#include "equipoise/kinetic/range.hpp"
#include "equipoise/kinetic/statistics.hpp"
#include "equipoise/util/errors.hpp"

#include <catch2/catch.hpp>

#include "unit/kinetic/problems.hpp"
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <random>
#include <utility>
#include <vector>

using namespace equipoise;
using kinetic::density_statistics;
using kinetic::Grid;

TEST_CASE("an initial Gaussian has its moments exactly, on any grid that resolves it") {
    for (const Grid& grid : {Grid{-7.0, 7.0, 60}, Grid{-7.0, 9.3, 401}, Grid{-8.1, 7.0, 97}}) {
        for (const double variance : {0.06, 0.3, 1.0}) {
            std::vector<double> p(grid.cells);
            kinetic::gaussian_density(grid, variance, p.data());
            const kinetic::DensityStatistics of = density_statistics(grid, p.data());
            CHECK(std::abs(of.mass_error) < 1e-14);
            CHECK(std::abs(of.centre) < 1e-14);
            CHECK(of.smallest >= 0.0);
            if (std::sqrt(variance) > grid.width()) {
                CHECK(of.variance == Approx(variance).epsilon(1e-6));
                CHECK(of.skewness == Approx(0.0).margin(1e-6));
            }
        }
    }
}

TEST_CASE("a variance below the cells' own gives the narrowest density with mean 0") {
    for (const Grid& grid : {Grid{-1.0, 1.0, 40}, Grid{-1.0, 1.0, 41}, Grid{-0.33, 1.0, 40}}) {
        for (const double cells : {0.0, 1e-9, 0.2, 0.29, 0.31, 0.5}) {
            const double deviation = cells * grid.width();
            std::vector<double> p(grid.cells);
            kinetic::gaussian_density(grid, deviation * deviation, p.data());
            const kinetic::DensityStatistics of = density_statistics(grid, p.data());
            CHECK(std::abs(of.mass_error) < 1e-13);
            CHECK(std::abs(of.centre) < 1e-13);
            CHECK(of.smallest >= 0.0);
            CHECK(of.variance < 0.5 * grid.width() * grid.width());
        }
    }
}

TEST_CASE("centring keeps mass and signs") {
    const Grid grid{-3.0, 5.0, 64};
    std::vector<double> p(grid.cells);
    kinetic::gaussian_density(grid, 0.2, p.data());
    std::rotate(p.begin(), p.begin() + 8, p.end()); // the mean is now -1
    CHECK(density_statistics(grid, p.data()).centre == Approx(-1.0).margin(1e-3));
    kinetic::centre_density(grid, p.data());
    const kinetic::DensityStatistics of = density_statistics(grid, p.data());
    CHECK(std::abs(of.mass_error) < 1e-13);
    CHECK(std::abs(of.centre) < 1e-13);
    CHECK(of.smallest >= 0.0);
}

TEST_CASE("the limiter mends a negative density and leaves a positive one alone") {
    const problems::Problem problem(
        problems::uncoupled(problems::linear_drift(1.0), problems::constant_noise(1.0), "1", 100));
    const model::Population& population = problem.model.population(0);
    const Grid grid{-8.0, 8.0, 160};
    std::vector<double> before(grid.cells);
    kinetic::gaussian_density(grid, 1.0, before.data());
    std::vector<double> good(grid.cells);
    kinetic::gaussian_density(grid, 0.9, good.data());
    kinetic::Limiter limiter(grid, 1e-8);

    std::vector<double> p = good;
    const auto apply = [&] {
        return limiter.apply(population, before.data(), 0.1, 0.0, 0.0, p.data());
    };
    CHECK(apply() == kinetic::Undershoot::none);
    CHECK(p == good);

    // A dipole in the tail: the second-order step undershoots there.
    p = good;
    p[30] -= 1e-4;
    p[31] += 1e-4;
    REQUIRE(p[30] < 0.0);
    CHECK(apply() == kinetic::Undershoot::large);
    const kinetic::DensityStatistics of = density_statistics(grid, p.data());
    CHECK(of.smallest >= 0.0);
    CHECK(std::abs(of.mass_error) < 1e-14);
    CHECK(std::abs(of.centre) < 1e-14);
    for (std::size_t k = 0; k < grid.cells; ++k) {
        CHECK(p[k] == Approx(good[k]).margin(4e-4)); // the change is of the size of the undershoot
    }

    // Undershoots by rounding cost no solve, and no mass.
    p = good;
    p[0] = -1e-18;
    p[3] = -1e-17;
    CHECK(apply() == kinetic::Undershoot::rounded);
    CHECK(density_statistics(grid, p.data()).smallest >= 0.0);
    CHECK(std::abs(density_statistics(grid, p.data()).mass_error) < 1e-15);
}

TEST_CASE("a negligible undershoot is taken from neighbours; mass and E[y] = 0 are kept") {
    const Grid grid{-6.0, 8.0, 140};
    std::vector<double> good(grid.cells);
    kinetic::gaussian_density(grid, 0.5, good.data());
    std::vector<double> p = good;
    for (std::size_t k = 0; k < 12; ++k) { // both tails, where nothing near has as much
        p[k] -= 2e-9;
        p[grid.cells - 1 - k] -= 1e-9;
    }
    const double mass = density_statistics(grid, p.data()).mass_error;
    std::vector<double> untouched = p;
    CHECK(kinetic::repair_undershoot(grid, 1e-9, untouched.data()) == kinetic::Undershoot::large);
    CHECK(untouched == p);
    CHECK(kinetic::repair_undershoot(grid, 1e-8, p.data()) == kinetic::Undershoot::moved);
    const kinetic::DensityStatistics of = density_statistics(grid, p.data());
    CHECK(of.smallest >= 0.0);
    CHECK(of.mass_error == Approx(mass).margin(1e-15));
    CHECK(std::abs(of.centre) < 1e-14);
    for (std::size_t k = 0; k < grid.cells; ++k) {
        CHECK(p[k] == Approx(good[k]).margin(6e-8)); // lost: 3.6e-8 in all, in units of density
    }
    // At the peak itself, and next to nothing but it.
    std::vector<double> narrow(grid.cells, 0.0);
    narrow[60] = 1.0 / grid.width();
    narrow[61] = -1e-9;
    narrow[59] = -1e-9;
    CHECK(kinetic::repair_undershoot(grid, 1e-8, narrow.data()) != kinetic::Undershoot::large);
    CHECK(*std::min_element(narrow.begin(), narrow.end()) == 0.0);
}

TEST_CASE("undershoots of lines side by side are repaired as those of lines by themselves") {
    constexpr std::size_t lanes = kinetic::LineGroup::most_lanes;
    constexpr double most = 1e-8;
    std::mt19937_64 generator(5);
    std::uniform_real_distribution<double> uniform(-1.0, 1.0);
    std::array<int, 4> seen{};
    int moved_back = 0;
    for (std::size_t trial = 0; trial < 400; ++trial) {
        const Grid grid{-6.0, 6.5 + uniform(generator), 20 + trial};
        std::vector<std::vector<double>> lines;
        std::vector<double> together(grid.cells * lanes);
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            std::vector<double> p(grid.cells);
            kinetic::gaussian_density(grid, 0.6 + 0.4 * uniform(generator), p.data());
            if (lane == 5) { // so far from E[y] = 0 that 1 + lambda y would become negative
                const auto third = static_cast<std::ptrdiff_t>(grid.cells / 3);
                std::rotate(p.begin(), p.begin() + third, p.end());
            }
            const double size = lane == 3 ? 0.0 : std::pow(10.0, -9.5 + 5.5 * uniform(generator));
            for (double& value : p) {
                value += value < 1e-3 ? size * uniform(generator) : 0.0;
            }
            for (std::size_t k = 0; k < grid.cells; ++k) {
                together[k * lanes + lane] = p[k];
            }
            lines.push_back(std::move(p));
        }
        const auto done = kinetic::repair_undershoots(grid, most, lanes, together.data());
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            std::vector<double>& p = lines[lane];
            CHECK(done[lane] == kinetic::repair_undershoot(grid, most, p.data()));
            ++seen[static_cast<std::size_t>(done[lane])];
            std::size_t different = 0;
            for (std::size_t k = 0; k < grid.cells; ++k) {
                different += together[k * lanes + lane] == p[k] ? 0 : 1;
            }
            CHECK(different == 0);
            if (done[lane] != kinetic::Undershoot::large) {
                CHECK(density_statistics(grid, p.data()).smallest >= 0.0);
            }
            if (done[lane] == kinetic::Undershoot::moved) {
                const bool centred = std::abs(density_statistics(grid, p.data()).centre) < 1e-12;
                CHECK((centred || lane == 5)); // two humps far apart may resist
                moved_back += centred && lane == 5 ? 1 : 0;
            }
        }
    }
    CHECK(*std::min_element(seen.begin(), seen.end()) > 100);
    CHECK(moved_back > 10);
}

TEST_CASE("backward Euler of the limiter keeps mass and mean, and is never negative") {
    const problems::Problem problem(problems::uncoupled(
        problems::cubic_drift(0.1, -0.2, 0.4), problems::quadratic_noise(0.7, 0.5), "1", 100));
    const Grid grid{-9.0, 9.0, 180};
    std::vector<double> before(grid.cells);
    kinetic::gaussian_density(grid, 1.0, before.data());
    kinetic::Limiter limiter(grid, 1e-8);
    for (const double dt : {1e-6, 1e-3, 1.0, 1e3}) {
        for (const double guess : {-5.0, 0.0, 40.0}) {
            std::vector<double> p(grid.cells);
            limiter.backward_euler(problem.model.population(0), before.data(), dt, 0.2, guess, p);
            const kinetic::DensityStatistics of = density_statistics(grid, p.data());
            CHECK(of.smallest >= 0.0);
            CHECK(std::abs(of.mass_error) < 1e-11);
            CHECK(std::abs(of.centre) < 1e-10);
        }
    }
}

TEST_CASE("an automatic range holds the stationary density, Gaussian or heavy-tailed") {
    const problems::Problem gaussian(problems::uncoupled(
        problems::linear_drift(2.0), problems::constant_noise(0.5), "0.01", 100));
    const double deviation = std::sqrt(0.25);
    for (const double v : {-2.0, 0.0, 0.7}) {
        for (const double guess : {0.05, 0.3, 3.0}) { // from any first guess the same
            const auto range = kinetic::stationary_range(gaussian.model.population(0), v, guess);
            CHECK(range[1] > 6.3 * deviation);
            CHECK(range[1] < 6.8 * deviation);
            CHECK(range[0] == Approx(-range[1]).epsilon(0.02));
        }
    }

    // p ~ (s0^2 + s1^2 z^2)^-(1 + 1/(tau s1^2)): the mass beyond z falls like z^-9 here.
    const problems::Problem heavy(problems::uncoupled(
        problems::linear_drift(1.0), problems::quadratic_noise(1.0, 0.5), "0.5", 100));
    const auto wide = kinetic::stationary_range(heavy.model.population(0), 0.0, 1.0);
    CHECK(wide[1] > 15.0);
    CHECK(wide[1] < 60.0);
    // Far from the middle f(v) is not the drift that keeps the mean at v: it is searched for.
    const auto skewed = kinetic::stationary_range(heavy.model.population(0), 2.0, 1.0);
    CHECK(skewed[1] > wide[1]);
    CHECK(-skewed[0] < 0.5 * wide[1]);

    const problems::Problem runaway(problems::uncoupled(problems::cubic_drift(0.0, 1.0, 0.0),
                                                        problems::constant_noise(0.5), "0.1", 100));
    CHECK_THROWS_AS(kinetic::stationary_range(runaway.model.population(0), 0.0, 1.0),
                    NumericsError);
}

TEST_CASE("a configured range that cuts the initial density is refused") {
    problems::Problem problem(
        problems::uncoupled(problems::linear_drift(1.0), problems::constant_noise(1.0), "1", 100));
    const std::vector<kinetic::Spread> spreads{{1.0, 0.0, 0.0}};
    problem.config.kinetic.range = {-3.0, 8.0};
    CHECK_THROWS_WITH(kinetic::choose_range(problem.config, problem.model, spreads),
                      Catch::Contains("population a") && Catch::Contains("kinetic.range"));
    problem.config.kinetic.range = {-7.0, 8.0};
    CHECK(kinetic::choose_range(problem.config, problem.model, spreads)[1] == 8.0);
}
