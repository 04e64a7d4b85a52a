// Escape over a barrier at small noise: a rate that is 1e-4 of the system's own, and that any
// numerical diffusion would raise.
#include "equipoise/kinetic/solver.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "convergence/kinetic/table.hpp"
#include "unit/kinetic/petsc_session.hpp"
#include "unit/kinetic/problems.hpp"
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

using namespace equipoise;

namespace {

double potential(double z) {
    return 0.25 * z * z * z * z - 0.5 * z * z;
}

/// The rate at which a well is left, 1/(2 mean time from -1 to 0), by that time's double integral:
/// half of those that reach the top fall back. Exact up to exp(-barrier).
double integral_rate(double diffusion) {
    const int points = 20000;
    const double lower = -2.5;
    const double width = -lower / points;
    double inner = 0.0;
    double time = 0.0;
    for (int i = 0; i < points; ++i) {
        const double z = lower + (i + 0.5) * width;
        const double weight = std::exp(-potential(z) / diffusion) * width;
        if (z > -1.0) {
            time += std::exp(potential(z) / diffusion) * (inner + 0.5 * weight) * width;
        }
        inner += weight;
    }
    return 0.5 * diffusion / time;
}

/// sqrt(U''(-1) |U''(0)|)/(2 pi) exp(-(U(0) - U(-1))/D)
double kramers_rate(double diffusion) {
    return std::numbers::sqrt2 / (2.0 * std::numbers::pi) * std::exp(-0.25 / diffusion);
}

/// From the decay of the mean, v ~ exp(-2 rate t) once each well is in equilibrium by itself.
double measured_rate(const PetscSession& session, double diffusion, std::int64_t cells) {
    problems::Config config = problems::uncoupled(
        problems::cubic_drift(0.0, 1.0, 1.0), problems::constant_noise(std::sqrt(2.0 * diffusion)),
        fmt::format("{}", 0.5 * diffusion), cells);
    config.populations[0].mean.text = "-1";
    config.kinetic.range = {-1.6, 3.2};
    config.kinetic.time_step = 0.1;
    const problems::Problem problem(config);
    kinetic::KineticSolver solver(session.world, problem.balance, problem.config);
    solver.advance(10.0);
    const double first = solver.averages().mean_modes[0];
    solver.advance(40.0);
    const double last = solver.averages().mean_modes[0];
    return std::log(first / last) / (2.0 * 30.0);
}

} // namespace

TEST_CASE("double well: the rate of escape is Kramers' as the noise becomes small") {
    const PetscSession session;
    fmt::print("\ndouble well f = z - z^3, barrier 1/4, D = sigma^2/2, 3200 cells\n"
               "{:>12}{:>14}{:>14}{:>14}{:>16}{:>16}\n",
               "barrier/D", "measured", "integral", "Kramers", "meas./integral", "meas./Kramers");
    std::vector<double> departure;
    for (const double barrier : {5.0, 7.0, 10.0}) {
        const double diffusion = 0.25 / barrier;
        const double rate = measured_rate(session, diffusion, 3200);
        const double integral = integral_rate(diffusion);
        const double kramers = kramers_rate(diffusion);
        fmt::print("{:12.3g}{:14.6e}{:14.6e}{:14.6e}{:16.5f}{:16.5f}\n", barrier, rate, integral,
                   kramers, rate / integral, rate / kramers);
        CHECK(rate / integral == Approx(1.0).margin(std::exp(-barrier) + 1e-3));
        departure.push_back((1.0 - rate / kramers) / diffusion);
    }
    // Kramers' formula is the leading term of a series in D, here 1 - (3/2) D + ...
    CHECK(departure[2] == Approx(1.5).margin(0.25));
    CHECK(std::abs(departure[2] - 1.5) < std::abs(departure[0] - 1.5));
}

TEST_CASE("double well: the rate of escape converges to second order in y") {
    const PetscSession session;
    const double diffusion = 0.25 / 8.0;
    // The reference is the same solver's on fine cells: the integral is exact only to exp(-8).
    const double reference = measured_rate(session, diffusion, 1600);
    ConvergenceTable table("escape at barrier/D = 8, relative error of the rate", "dy", {"rate"});
    for (const std::int64_t cells : {60, 120, 240}) {
        table.add(4.8 / static_cast<double>(cells),
                  {std::abs(measured_rate(session, diffusion, cells) / reference - 1.0)});
    }
    CHECK(table.order(0) == Approx(2.0).margin(0.2));
    CHECK(table.error(0) < 0.03);
}
