// What the continuous equation keeps, kept at every step: densities >= 0, mass, E[y] = 0, entropy.
#include "equipoise/kinetic/rates.hpp"
#include "equipoise/kinetic/solver.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "convergence/kinetic/table.hpp"
#include "unit/kinetic/petsc_session.hpp"
#include "unit/kinetic/problems.hpp"
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using namespace equipoise;
using kinetic::Grid;
using kinetic::KineticSolver;

namespace {

std::vector<double> stationary_density(const model::Population& population, const Grid& grid) {
    kinetic::RateEvaluator evaluator(grid);
    std::vector<double> up(grid.cells);
    std::vector<double> down(grid.cells);
    evaluator.set_mean(population, 0.0);
    evaluator.rates(0.0, up.data(), down.data());
    std::vector<double> p(grid.cells, 1.0);
    double mass = grid.width();
    for (std::size_t k = 0; k + 1 < grid.cells; ++k) {
        p[k + 1] = p[k] * up[k] / down[k + 1];
        mass += p[k + 1] * grid.width();
    }
    for (double& value : p) {
        value /= mass;
    }
    return p;
}

} // namespace

TEST_CASE("double well: no negative cell from dt = 1e-4 to 10") {
    const PetscSession session;
    fmt::print("\ndouble well f = 0.1 + z - z^3, sigma = 0.5, 150 cells, 20 steps\n"
               "{:>10}{:>10}{:>14}{:>12}{:>12}{:>9}{:>10}\n",
               "dt", "K(0)", "smallest p", "mass error", "|E[y]|", "limited", "shortened");
    for (const double dt : {1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0}) {
        // Narrow initial densities are the hardest: they fall by many orders within one step.
        for (const std::string variance : {"0.0004", "0.01", "0.3"}) {
            problems::Problem problem(problems::uncoupled(problems::cubic_drift(0.1, 1.0, 1.0),
                                                          problems::constant_noise(0.5), variance,
                                                          150));
            problem.config.kinetic.range = {-4.5, 4.5};
            problem.config.kinetic.time_step = dt;
            KineticSolver solver(session.world, problem.balance, problem.config);
            CAPTURE(dt, variance);
            double smallest = 1.0;
            double mass = 0.0;
            double centre = 0.0;
            for (int step = 1; step <= 20; ++step) {
                solver.advance(step * dt);
                const kinetic::Averages now = solver.averages();
                smallest = std::min(smallest, now.smallest_density);
                mass = std::max(mass, now.mass_error);
                centre = std::max(centre, now.centre_error);
            }
            CHECK(smallest >= 0.0);
            CHECK(mass < 1e-12);
            CHECK(centre < 1e-10);
            const kinetic::Effort effort = solver.effort();
            fmt::print("{:10.4g}{:>10}{:14.2e}{:12.1e}{:12.1e}{:9}{:10}\n", dt, variance, smallest,
                       mass, centre, effort.limited_steps, effort.rejected_steps);
        }
    }
}

TEST_CASE("where the limiter acts, the order stays 2") {
    const PetscSession session;
    // The density shrinks from K = 1 to 0.01, so that its tails fall by many orders within one
    // step and undershoot by more than is negligible. Against small steps on the same cells.
    std::int64_t limited = 0;
    const auto density_at = [&](double dt) {
        problems::Problem problem(problems::uncoupled(problems::linear_drift(0.2),
                                                      problems::constant_noise(0.3), "1", 400));
        problem.config.kinetic.range = {-7.0, 7.0};
        problem.config.kinetic.time_step = dt;
        KineticSolver solver(session.world, problem.balance, problem.config);
        solver.advance(0.64);
        CHECK(solver.averages().smallest_density >= 0.0);
        limited = solver.effort().limited_steps;
        return solver.density(0);
    };
    const std::vector<double> reference = density_at(0.0005);
    ConvergenceTable table("Ornstein-Uhlenbeck, K: 1 -> 0.011, t = 0.64, with the limiter", "dt",
                           {"density L1"});
    for (const double dt : {0.08, 0.04, 0.02, 0.01, 0.005}) {
        const std::vector<double> p = density_at(dt);
        CHECK(static_cast<double>(limited) > 0.15 * 0.64 / dt);
        double error = 0.0;
        for (std::size_t k = 0; k < p.size(); ++k) {
            error += std::abs(p[k] - reference[k]) * 14.0 / 400.0;
        }
        table.add(dt, {error});
        fmt::print("{:>12}{} steps limited\n", "", limited);
    }
    CHECK(table.order(0) > 1.8);
    CHECK(table.error(0) < 3e-4);
}

TEST_CASE("relative entropy falls monotonically under a fixed operator") {
    // Backward Euler does so at any step, the second-order formula as long as the step resolves the
    // relaxation (its solution of a fast decay changes sign at steps beyond half the time
    // constant). Odd drift and an even density: v = g = 0 throughout, so that the operator is
    // fixed. Its stationary density is the product of the chain's rates.
    problems::Config config = problems::uncoupled(problems::cubic_drift(0.0, 1.0, 1.0),
                                                  problems::quadratic_noise(0.6, 0.3), "0.4", 200);
    config.kinetic.range = {-4.5, 4.5};
    fmt::print("\nrelative entropy, f = z - z^3, sigma^2 = 0.36 + 0.09 z^2, 200 steps\n");
    const std::vector<std::pair<std::string, double>> cases{{"bdf", 1e-3},   {"bdf", 0.03},
                                                            {"bdf", 0.1},    {"beuler", 0.1},
                                                            {"beuler", 1.0}, {"beuler", 10.0}};
    for (const auto& [formula, dt] : cases) {
        const PetscSession session("-kinetic_ts_type " + formula);
        config.kinetic.time_step = dt;
        const problems::Problem problem(config);
        KineticSolver solver(session.world, problem.balance, problem.config);
        const std::vector<double> stationary =
            stationary_density(problem.model.population(0), solver.grid());
        double first = 0.0;
        double last = 1e300;
        for (int step = 0; step < 200; ++step) {
            const std::vector<double> p = solver.density(0);
            double entropy = 0.0;
            for (std::size_t k = 0; k < p.size(); ++k) {
                if (p[k] > 0.0) {
                    entropy += solver.grid().width() * p[k] * std::log(p[k] / stationary[k]);
                }
            }
            CAPTURE(formula, dt, step);
            CHECK(entropy <= last + 1e-12);
            CHECK(entropy >= -1e-12);
            first = step == 0 ? entropy : first;
            last = entropy;
            solver.step(solver.time() + dt);
        }
        CHECK(last < (dt < 0.01 ? 0.9 : 0.01) * first);
        fmt::print("    {:>6}, dt = {:<6g} {:.4g} -> {:.4g}\n", formula, dt, first, last);
    }
}
