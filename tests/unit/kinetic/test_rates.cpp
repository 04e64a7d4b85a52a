// The chain on the cells: what makes the scheme conservative, positive and consistent.
#include "equipoise/kinetic/chain_solver.hpp"
#include "equipoise/kinetic/initial_density.hpp"
#include "equipoise/kinetic/lane_loops.hpp"
#include "equipoise/kinetic/line_groups.hpp"
#include "equipoise/kinetic/rates.hpp"

#include <catch2/catch.hpp>

#include "unit/kinetic/problems.hpp"
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

using namespace equipoise;
using kinetic::ChainSolver;
using kinetic::Grid;
using kinetic::RateEvaluator;

namespace {

struct Chain {
    std::vector<double> up, down;

    Chain(const model::Population& population, const Grid& grid, double v, double g)
        : up(grid.cells), down(grid.cells) {
        RateEvaluator evaluator(grid);
        evaluator.set_mean(population, v);
        evaluator.rates(g, up.data(), down.data());
    }

    [[nodiscard]] std::vector<double> apply(const std::vector<double>& p) const {
        std::vector<double> rate(p.size(), 0.0);
        for (std::size_t k = 0; k + 1 < p.size(); ++k) {
            const double flux = up[k] * p[k] - down[k + 1] * p[k + 1];
            rate[k] -= flux;
            rate[k + 1] += flux;
        }
        return rate;
    }

    [[nodiscard]] std::vector<double> euler(const std::vector<double>& p, double dt) const {
        std::vector<double> pivot(p.size());
        std::vector<double> x(p.size());
        std::vector<double> right(p.size());
        std::transform(p.begin(), p.end(), right.begin(), [&](double value) { return value / dt; });
        ChainSolver::factor(1.0 / dt, up.data(), down.data(), p.size(), 1, pivot.data());
        ChainSolver::solve(up.data(), down.data(), pivot.data(), p.size(), 1, right.data(),
                           x.data());
        return x;
    }
};

const problems::Problem& double_well() {
    static const problems::Problem problem(problems::uncoupled(
        problems::cubic_drift(0.0, 1.0, 1.0), problems::constant_noise(0.5), "0.1", 100));
    return problem;
}

const problems::Problem& multiplicative() {
    static const problems::Problem problem(problems::uncoupled(
        problems::cubic_drift(0.1, -0.2, 0.4), problems::quadratic_noise(0.7, 0.5), "1", 100));
    return problem;
}

} // namespace

TEST_CASE("the mean displacement is the drift exactly, its variance 2 D to sixth order") {
    const model::Population& population = multiplicative().model.population(0);
    std::vector<double> errors;
    for (const std::size_t cells : {50U, 100U, 200U}) {
        const Grid grid{-3.0, 3.0, cells};
        const Chain chain(population, grid, 0.3, 0.1);
        const double h = grid.width();
        double worst = 0.0;
        for (std::size_t k = 1; k + 1 < cells; ++k) {
            const double z = 0.3 + grid.centre(k);
            const double beta = population.drift->value(z) - 0.1;
            const double sigma = population.noise->value(z);
            CHECK(h * (chain.up[k] - chain.down[k]) == Approx(beta).epsilon(1e-11).margin(1e-11));
            worst = std::max(
                worst, std::abs(h * h * (chain.up[k] + chain.down[k]) / (sigma * sigma) - 1.0));
        }
        errors.push_back(worst);
    }
    CHECK(std::log2(errors[0] / errors[1]) > 5.0);
    CHECK(std::log2(errors[1] / errors[2]) == Approx(6.0).margin(0.3));
}

TEST_CASE("the derivatives of the fluxes match differences") {
    for (const problems::Problem* problem : {&double_well(), &multiplicative()}) {
        const model::Population& population = problem->model.population(0);
        const Grid grid{-4.0, 4.0, 90}; // cell Peclet numbers up to about 20
        std::vector<double> p(grid.cells);
        kinetic::gaussian_density(grid, 1.0, p.data());
        RateEvaluator evaluator(grid);
        std::vector<double> up(grid.cells);
        std::vector<double> down(grid.cells);
        std::vector<double> flux_v(grid.cells);
        std::vector<double> flux_g(grid.cells);
        const double v = 0.4;
        const double g = 0.07;
        evaluator.rates_and_slopes(population, &v, &g, p.data(), up.data(), down.data(),
                                   flux_v.data(), flux_g.data());
        const Chain same(population, grid, v, g);
        CHECK(up == same.up);
        CHECK(down == same.down);
        const double step = 1e-6;
        const Chain right(population, grid, v + step, g);
        const Chain left(population, grid, v - step, g);
        const Chain above(population, grid, v, g + step);
        const Chain below(population, grid, v, g - step);
        double scale = 0.0;
        for (std::size_t k = 0; k + 1 < grid.cells; ++k) {
            scale = std::max(scale, std::abs(flux_v[k]));
        }
        for (std::size_t k = 0; k + 1 < grid.cells; ++k) {
            const auto flux = [&](const Chain& chain) {
                return chain.up[k] * p[k] - chain.down[k + 1] * p[k + 1];
            };
            CHECK(flux_v[k] ==
                  Approx((flux(right) - flux(left)) / (2.0 * step)).margin(1e-7 * scale));
            CHECK(flux_g[k] ==
                  Approx((flux(above) - flux(below)) / (2.0 * step)).margin(1e-7 * scale));
        }
    }
}

TEST_CASE("lines side by side have the bits of lines by themselves") {
    const model::Population& population = multiplicative().model.population(0);
    constexpr std::size_t lanes = kinetic::LineGroup::most_lanes;
    const Grid grid{-4.0, 4.5, 77}; // rows of cells that are not whole
    std::mt19937_64 generator(9);
    std::uniform_real_distribution<double> uniform(-1.0, 1.0);
    std::vector<double> v(lanes);
    std::vector<double> g(lanes);
    std::generate(v.begin(), v.end(), [&] { return uniform(generator); });
    std::generate(g.begin(), g.end(), [&] { return uniform(generator); });
    const std::size_t size = grid.cells * lanes;
    std::vector<double> p(size);
    std::generate(p.begin(), p.end(), [&] { return uniform(generator) + 1.0; });

    struct Results {
        std::vector<double> up, down, flux_v, flux_g, pivot, by_v, by_g, solution, flow;
    };
    const auto work_out = [&](std::size_t count, const double* means, const double* drifts,
                              const std::vector<double>& density) {
        const std::size_t all = grid.cells * count;
        Results of;
        for (std::vector<double>* array : {&of.up, &of.down, &of.flux_v, &of.flux_g, &of.pivot,
                                           &of.by_v, &of.by_g, &of.solution, &of.flow}) {
            array->resize(all);
        }
        RateEvaluator evaluator(grid, count);
        evaluator.rates_and_slopes(population, means, drifts, density.data(), of.up.data(),
                                   of.down.data(), of.flux_v.data(), of.flux_g.data());
        ChainSolver::factor_and_solve(3.0, of.up.data(), of.down.data(), grid.cells, count,
                                      of.flux_v.data(), of.flux_g.data(), of.pivot.data(),
                                      of.by_v.data(), of.by_g.data());
        ChainSolver::solve(of.up.data(), of.down.data(), of.pivot.data(), grid.cells, count,
                           density.data(), of.solution.data());
        kinetic::lane_loops::flow(of.up.data(), of.down.data(), density.data(), grid.cells, count,
                                  of.flow.data());
        return of;
    };
    const Results together = work_out(lanes, v.data(), g.data(), p);
    std::vector<std::vector<double>> lines(lanes, std::vector<double>(grid.cells));
    std::vector<double*> pointers;
    std::vector<const double*> read;
    for (std::vector<double>& line : lines) {
        pointers.push_back(line.data());
        read.push_back(line.data());
    }
    const auto lane_of = [&](const std::vector<double>& all, std::size_t lane) {
        kinetic::lane_loops::scatter(all.data(), grid.cells, lanes, pointers.data());
        return lines[lane];
    };
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        const Results alone = work_out(1, &v[lane], &g[lane], lane_of(p, lane));
        CHECK(lane_of(together.up, lane) == alone.up);
        CHECK(lane_of(together.down, lane) == alone.down);
        CHECK(lane_of(together.flux_v, lane) == alone.flux_v);
        CHECK(lane_of(together.flux_g, lane) == alone.flux_g);
        CHECK(lane_of(together.pivot, lane) == alone.pivot);
        CHECK(lane_of(together.by_v, lane) == alone.by_v);
        CHECK(lane_of(together.by_g, lane) == alone.by_g);
        CHECK(lane_of(together.solution, lane) == alone.solution);
        CHECK(lane_of(together.flow, lane) == alone.flow);
    }
    // Gathering undoes scattering.
    kinetic::lane_loops::scatter(p.data(), grid.cells, lanes, pointers.data());
    std::vector<double> again(size);
    kinetic::lane_loops::gather(read.data(), grid.cells, lanes, again.data());
    CHECK(again == p);
}

TEST_CASE("backward Euler's matrix is an M-matrix for every step and noise, none included") {
    for (const double sigma : {0.0, 1e-160, 1e-8, 1e-3, 0.1, 1.0, 30.0}) {
        const problems::Problem problem(problems::uncoupled(
            problems::cubic_drift(0.2, 1.0, 1.0), problems::constant_noise(sigma), "0.1", 100));
        const Grid grid{-5.0, 4.0, 77};
        const Chain chain(problem.model.population(0), grid, 0.3, -0.2);
        for (std::size_t k = 0; k < grid.cells; ++k) {
            // Off the diagonal stand -up and -down; the columns add up to the shift by
            // construction.
            CHECK(std::isfinite(chain.up[k]));
            CHECK(chain.up[k] >= 0.0);
            CHECK(chain.down[k] >= 0.0);
        }
        CHECK(chain.up[grid.cells - 1] == 0.0);
        CHECK(chain.down[0] == 0.0);
        // The inverse has no negative entry, and no column loses mass.
        for (const double dt : {1e-8, 1e-4, 1e-2, 1.0, 1e2, 1e6}) {
            for (std::size_t column = 0; column < grid.cells; column += 4) {
                std::vector<double> unit(grid.cells, 0.0);
                unit[column] = 1.0;
                const std::vector<double> x = chain.euler(unit, dt);
                double sum = 0.0;
                for (const double value : x) {
                    CHECK(value >= 0.0);
                    sum += value;
                }
                CHECK(sum == Approx(1.0).epsilon(1e-12));
            }
        }
    }
}

TEST_CASE("the tridiagonal solve inverts the matrix, tiny entries to full accuracy") {
    std::mt19937_64 generator(7);
    std::uniform_real_distribution<double> uniform(-3.0, 3.0);
    const std::size_t cells = 60;
    Chain chain(double_well().model.population(0), Grid{-1.0, 1.0, cells}, 0.0, 0.0);
    for (std::size_t k = 0; k < cells; ++k) {
        chain.up[k] = k + 1 < cells ? std::pow(10.0, uniform(generator)) : 0.0;
        chain.down[k] = k > 0 ? std::pow(10.0, uniform(generator)) : 0.0;
    }
    for (const double shift : {1e-3, 1.0, 1e3}) {
        std::vector<double> b(cells);
        std::generate(b.begin(), b.end(), [&] { return uniform(generator); });
        const std::vector<double> x = chain.euler(b, 1.0 / shift); // solves for shift * b
        const std::vector<double> a_x = chain.apply(x);
        for (std::size_t k = 0; k < cells; ++k) {
            const double size = (shift + chain.up[k] + chain.down[k]) * std::abs(x[k]) + 1.0;
            CHECK(shift * x[k] - a_x[k] == Approx(shift * b[k]).margin(1e-9 * size));
        }
        // For changes of fluxes, at once with the factorisation, they are the same.
        std::vector<double> pivot(cells);
        std::vector<double> first(cells);
        std::vector<double> second(cells);
        std::vector<double> change(cells);
        for (std::size_t k = 0; k < cells; ++k) {
            change[k] = (k > 0 ? b[k - 1] : 0.0) - (k + 1 < cells ? b[k] : 0.0);
        }
        ChainSolver::factor_and_solve(shift, chain.up.data(), chain.down.data(), cells, 1, b.data(),
                                      b.data(), pivot.data(), first.data(), second.data());
        ChainSolver::solve(chain.up.data(), chain.down.data(), pivot.data(), cells, 1,
                           change.data(), change.data());
        for (std::size_t k = 0; k < cells; ++k) {
            CHECK(first[k] == Approx(change[k]).epsilon(1e-10).margin(1e-12 / shift));
            CHECK(second[k] == first[k]);
        }
    }
    // A source at one end and rates of 1 against a shift of 1e3: entries fall by about 1e-3 a cell.
    for (std::size_t k = 0; k < cells; ++k) {
        chain.up[k] = k + 1 < cells ? 1.0 : 0.0;
        chain.down[k] = k > 0 ? 1.0 : 0.0;
    }
    std::vector<double> source(cells, 0.0);
    source[0] = 1e-3;
    const std::vector<double> x = chain.euler(source, 1e-3); // right-hand side 1 in the first cell
    const long double half = 501.0L;                         // r + 1/r = shift + 2
    const long double ratio = half - std::sqrt(half * half - 1.0L);
    for (std::size_t k = 10; k < 50; ++k) {
        CHECK(x[k + 1] / x[k] == Approx(static_cast<double>(ratio)).epsilon(1e-12));
    }
}

TEST_CASE("relative entropy to the stationary density never grows") {
    const model::Population& population = double_well().model.population(0);
    const Grid grid{-2.5, 2.5, 120};
    const Chain chain(population, grid, 0.0, 0.0);
    std::vector<double> stationary(grid.cells, 1.0);
    for (std::size_t k = 0; k + 1 < grid.cells; ++k) {
        stationary[k + 1] = stationary[k] * chain.up[k] / chain.down[k + 1];
    }
    double mass = 0.0;
    for (const double value : stationary) {
        mass += value * grid.width();
    }
    for (double& value : stationary) {
        value /= mass;
    }
    for (const double dt : {1e-3, 0.1, 3.0}) {
        std::vector<double> p(grid.cells);
        kinetic::gaussian_density(grid, 0.02, p.data());
        std::rotate(p.begin(), p.begin() + 25, p.end()); // off centre, so that it crosses over
        double last = 1e300;
        for (int step = 0; step < 200; ++step) {
            double entropy = 0.0;
            for (std::size_t k = 0; k < grid.cells; ++k) {
                if (p[k] > 0.0) {
                    entropy += grid.width() * p[k] * std::log(p[k] / stationary[k]);
                }
            }
            CHECK(entropy <= last + 1e-13);
            CHECK(entropy >= -1e-13);
            last = entropy;
            p = chain.euler(p, dt);
        }
        if (dt == 3.0) {
            CHECK(last < 1e-2);
        }
    }
}
