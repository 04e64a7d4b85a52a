// Order two in y and in time against exact solutions: densities, means, variances, multipliers.
#include "equipoise/kinetic/solver.hpp"

#include <catch2/catch.hpp>

#include "convergence/kinetic/table.hpp"
#include "unit/kinetic/petsc_session.hpp"
#include "unit/kinetic/problems.hpp"
#include <cmath>
#include <functional>
#include <numbers>
#include <string>
#include <vector>

using namespace equipoise;
using kinetic::Grid;
using kinetic::KineticSolver;

namespace {

using Density = std::function<double(double)>;

/// integral of |p - exact| over y at one site, by the midpoint rule.
double distance(const Grid& grid, const double* p, const Density& exact) {
    double sum = 0.0;
    for (std::size_t k = 0; k < grid.cells; ++k) {
        sum += std::abs(p[k] - exact(grid.centre(k))) * grid.width();
    }
    return sum;
}

Density gaussian(double variance) {
    return [variance](double y) {
        return std::exp(-y * y / (2.0 * variance)) / std::sqrt(2.0 * std::numbers::pi * variance);
    };
}

/// A density known up to its mass, which is found by a fine midpoint rule on the range.
Density normalised(const Density& shape, double lower, double upper) {
    const int points = 200000;
    const double width = (upper - lower) / points;
    double mass = 0.0;
    for (int i = 0; i < points; ++i) {
        mass += shape(lower + (i + 0.5) * width) * width;
    }
    return [shape, mass](double y) { return shape(y) / mass; };
}

/// Runs to a state that does not change any more.
std::vector<double> stationary(const problems::Config& config, const PetscSession& session,
                               Grid& grid) {
    problems::Problem problem(config);
    problem.config.kinetic.time_step = 0.5;
    KineticSolver solver(session.world, problem.balance, problem.config);
    solver.advance(60.0);
    grid = solver.grid();
    return solver.density(0);
}

} // namespace

TEST_CASE("Ornstein-Uhlenbeck: order 2 in y") {
    const PetscSession session;
    const double t = 0.5;
    const double variance = 0.5 + (1.44 - 0.5) * std::exp(-2.0 * t);
    ConvergenceTable table("Ornstein-Uhlenbeck, tau = sigma = 1, K: 1.44 -> 0.5, t = 0.5", "dy",
                           {"density L1", "variance", "kurtosis"});
    for (const std::int64_t cells : {60, 120, 240, 480}) {
        problems::Problem problem(problems::uncoupled(
            problems::linear_drift(1.0), problems::constant_noise(1.0), "1.44", cells));
        problem.config.kinetic.range = {-9.0, 9.0};
        problem.config.kinetic.time_step = 1e-3;
        KineticSolver solver(session.world, problem.balance, problem.config);
        solver.advance(t);
        table.add(solver.grid().width(),
                  {distance(solver.grid(), solver.density(0).data(), gaussian(variance)),
                   std::abs(solver.fields().variance[0] - variance),
                   std::abs(solver.fields().kurtosis[0] - 3.0)});
    }
    CHECK(table.order(0) == Approx(2.0).margin(0.1));
    CHECK(table.order(2) == Approx(2.0).margin(0.1));
    CHECK(table.error(0) < 5e-4);
    CHECK(table.error(1) < 1e-5);
}

TEST_CASE("Ornstein-Uhlenbeck: order 2 in time") {
    const PetscSession session;
    const double t = 1.0;
    const double variance = 0.5 + (1.44 - 0.5) * std::exp(-2.0 * t);
    ConvergenceTable table("Ornstein-Uhlenbeck, 400 cells, t = 1", "dt", {"variance"});
    for (const double dt : {0.1, 0.05, 0.025, 0.0125, 0.00625}) {
        problems::Problem problem(problems::uncoupled(problems::linear_drift(1.0),
                                                      problems::constant_noise(1.0), "1.44", 400));
        problem.config.kinetic.range = {-9.0, 9.0};
        problem.config.kinetic.time_step = dt;
        KineticSolver solver(session.world, problem.balance, problem.config);
        solver.advance(t);
        table.add(dt, {std::abs(solver.fields().variance[0] - variance)});
    }
    CHECK(table.order(0) == Approx(2.0).margin(0.15));
}

TEST_CASE("the error follows the tolerance of the adaptive step") {
    const PetscSession session;
    const double t = 1.0;
    const double variance = 0.5 + (1.44 - 0.5) * std::exp(-2.0 * t);
    ConvergenceTable table("Ornstein-Uhlenbeck, adaptive steps, 400 cells, t = 1", "tolerance",
                           {"variance", "1/steps"});
    for (const double tolerance : {1e-3, 1e-4, 1e-5, 1e-6}) {
        problems::Problem problem(problems::uncoupled(problems::linear_drift(1.0),
                                                      problems::constant_noise(1.0), "1.44", 400));
        problem.config.kinetic.range = {-9.0, 9.0};
        problem.config.kinetic.tolerance = tolerance;
        KineticSolver solver(session.world, problem.balance, problem.config);
        solver.advance(t);
        const double error = std::abs(solver.fields().variance[0] - variance);
        table.add(tolerance, {error, 1.0 / static_cast<double>(solver.effort().steps)});
        CHECK(error < 1.5 * std::pow(tolerance, 2.0 / 3.0));
    }
    // The local error of a third-order formula is of the fourth order in the step.
    CHECK(table.order(0) == Approx(3.0 / 4.0).margin(0.25));
    CHECK(table.order(1) == Approx(1.0 / 4.0).margin(0.1));
}

TEST_CASE("multiplicative noise: the second moment obeys its closed equation, order 6 in y") {
    const PetscSession session;
    // f = -z/tau, sigma^2 = s0^2 + s1^2 z^2: dK/dt = (s1^2 - 2/tau) K + s0^2
    const double rate = 2.0 - 0.16;
    const double t = 0.7;
    const double variance = 1.0 / rate + (0.3 - 1.0 / rate) * std::exp(-rate * t);
    ConvergenceTable table("f = -z, sigma^2 = 1 + 0.16 z^2, t = 0.7", "dy", {"variance"});
    for (const std::int64_t cells : {50, 100, 200}) {
        problems::Problem problem(problems::uncoupled(
            problems::linear_drift(1.0), problems::quadratic_noise(1.0, 0.4), "0.3", cells));
        problem.config.kinetic.range = {-14.0, 14.0};
        problem.config.kinetic.time_step = 5e-4;
        KineticSolver solver(session.world, problem.balance, problem.config);
        solver.advance(t);
        table.add(solver.grid().width(), {std::abs(solver.fields().variance[0] - variance)});
    }
    CHECK(table.order(0) == Approx(6.0).margin(0.4));
    CHECK(table.error(0) < 3e-7); // of which the time step has some 1e-8
}

TEST_CASE("multiplicative noise: stationary density of Pearson's type VII, order 2") {
    const PetscSession session;
    const double s1 = 0.4;
    const Density exact = normalised(
        [&](double z) { return std::pow(1.0 + s1 * s1 * z * z, -(1.0 + 1.0 / (s1 * s1))); }, -14.0,
        14.0);
    ConvergenceTable table("f = -z, sigma^2 = 1 + 0.16 z^2: stationary density", "dy",
                           {"density L1"});
    for (const std::int64_t cells : {100, 200, 400, 800}) {
        problems::Config config = problems::uncoupled(
            problems::linear_drift(1.0), problems::quadratic_noise(1.0, s1), "0.5", cells);
        config.kinetic.range = {-14.0, 14.0};
        Grid grid;
        const std::vector<double> p = stationary(config, session, grid);
        table.add(grid.width(), {distance(grid, p.data(), exact)});
    }
    CHECK(table.order(0) == Approx(2.0).margin(0.1));
}

TEST_CASE("double well: stationary density exp(-2 U/sigma^2), order 2") {
    const PetscSession session;
    const double sigma = 0.7;
    const Density exact = normalised(
        [&](double z) {
            return std::exp(-2.0 * (0.25 * z * z * z * z - 0.5 * z * z) / (sigma * sigma));
        },
        -3.0, 3.0);
    ConvergenceTable table("double well f = z - z^3, sigma = 0.7: stationary density", "dy",
                           {"density L1"});
    for (const std::int64_t cells : {40, 80, 160, 320}) {
        problems::Config config = problems::uncoupled(
            problems::cubic_drift(0.0, 1.0, 1.0), problems::constant_noise(sigma), "0.3", cells);
        config.kinetic.range = {-3.5, 3.5};
        Grid grid;
        const std::vector<double> p = stationary(config, session, grid);
        table.add(grid.width(), {distance(grid, p.data(), exact)});
    }
    CHECK(table.order(0) == Approx(2.0).margin(0.1));
}
