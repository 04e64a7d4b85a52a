// Protects the theory of one population: the Hermite functions and the finite volumes describe the
// same neurons, independent neurons fluctuate like independent samples, and densities in discrete
// time are those of the scheme.
#include "equipoise/fluctuations/chain_population.hpp"
#include "equipoise/fluctuations/gaussian_population.hpp"
#include "equipoise/fluctuations/lyapunov.hpp"
#include "equipoise/util/errors.hpp"

#include <catch2/catch.hpp>

#include "unit/fluctuations/networks.hpp"
#include <cmath>
#include <string>
#include <vector>

using namespace equipoise;
using fluctuations::ChainPopulation;
using fluctuations::GaussianPopulation;
using fluctuations::Linearisation;
using fluctuations::Stationary;
using fluctuations::TimeForm;

namespace {

constexpr double input = 0.3;

/// Response of E[G] to a push of all neurons, as it decays: <G, evolution^k response>.
double gain_response(const Linearisation& linear, int steps) {
    Eigen::VectorXd x = linear.response;
    for (int i = 0; i < steps; ++i) {
        x = linear.evolution * x;
    }
    return linear.gains[0].dot(x);
}

Eigen::MatrixXd covariance(const Linearisation& linear, const TimeForm& time) {
    return time.is_continuous() ? fluctuations::lyapunov(linear.evolution, linear.noise)
                                : fluctuations::stein(linear.evolution, linear.noise);
}

/// What does not depend on the basis agrees between two linearisations.
void check_same(const Linearisation& a, const Linearisation& b, const TimeForm& time,
                double tolerance) {
    const Eigen::MatrixXd ca = covariance(a, time);
    const Eigen::MatrixXd cb = covariance(b, time);
    const auto close = [&](double x, double y) { CHECK(x == Approx(y).epsilon(tolerance)); };
    close(a.state.dot(ca * a.state), b.state.dot(cb * b.state));
    close(a.square.dot(ca * a.square), b.square.dot(cb * b.square));
    close(a.gains[0].dot(ca * a.gains[0]), b.gains[0].dot(cb * b.gains[0]));
    close(a.state.dot(ca * a.gains[0]), b.state.dot(cb * b.gains[0]));
    close(a.state.dot(a.response), b.state.dot(b.response));
    close(gain_response(a, 0), gain_response(b, 0));
    if (!time.is_continuous()) {
        close(gain_response(a, 3), gain_response(b, 3));
    }
    if (time.corrects_slopes()) {
        close(a.slopes[0].dot(ca * a.slopes[0]), b.slopes[0].dot(cb * b.slopes[0]));
    }
}

} // namespace

TEST_CASE("Hermite functions and finite volumes agree: continuous time") {
    const networks::Network network;
    const model::Population& population = network.model.population(0);
    GaussianPopulation gaussian(population, 0.1, {});
    ChainPopulation chain(population, 0.1, 0.4, {}, 800);
    const Stationary a = gaussian.stationary(input);
    const Stationary b = chain.stationary(input);
    CHECK(a.mean == Approx(0.4).epsilon(1e-14));
    CHECK(a.variance == Approx(0.5).epsilon(1e-14));
    CHECK(b.mean == Approx(a.mean).epsilon(1e-8));
    CHECK(b.variance == Approx(a.variance).epsilon(1e-6));
    CHECK(b.gain[0] == Approx(a.gain[0]).epsilon(1e-5));
    CHECK(b.slope[0] == Approx(a.slope[0]).epsilon(1e-5));
    check_same(gaussian.linearise(input), chain.linearise(input), {}, 3e-4);
}

TEST_CASE("Hermite functions and Euler's transition density agree: no error of the grid") {
    const networks::Network network;
    const model::Population& population = network.model.population(0);
    for (const config::Scheme scheme : {config::Scheme::balanced, config::Scheme::explicit_euler}) {
        for (const double dt : {0.02, 0.3}) {
            const TimeForm time{dt, scheme, false};
            GaussianPopulation gaussian(population, 0.1, time);
            ChainPopulation chain(population, 0.1, 0.4, time, 400);
            REQUIRE(chain.has_transition());
            const Stationary a = gaussian.stationary(input);
            const Stationary b = chain.stationary(input);
            CHECK(a.variance == Approx(0.5 / (1.0 - 0.5 * dt)).epsilon(1e-13));
            CHECK(b.mean == Approx(a.mean).epsilon(1e-7));
            CHECK(b.variance == Approx(a.variance).epsilon(1e-7));
            CHECK(b.gain[0] == Approx(a.gain[0]).epsilon(1e-7));
            check_same(gaussian.linearise(input), chain.linearise(input), time, 1e-5);
        }
    }
}

TEST_CASE("a step too small for the transition density uses the semigroup") {
    const networks::Network network;
    const TimeForm time{1e-5, config::Scheme::balanced, false};
    ChainPopulation chain(network.model.population(0), 0.0, 0.3, time, 400);
    CHECK_FALSE(chain.has_transition());
    GaussianPopulation gaussian(network.model.population(0), 0.0, time);
    check_same(gaussian.linearise(input), chain.linearise(input), time, 1e-3);
}

TEST_CASE("independent neurons have the covariance of independent samples") {
    const std::vector<std::string> nonlinear{
        "--population.e.drift=cubic(a0=0.1, a1=1, a3=1)",
        "--population.e.noise=quadratic(sigma0=0.7, sigma1=0.3)"};
    const networks::Network network(nonlinear);
    for (const double dt : {0.0, 0.05}) {
        const TimeForm time{dt, config::Scheme::explicit_euler, false};
        ChainPopulation chain(network.model.population(0), 0.0, 0.2, time, 400);
        const Stationary density = chain.stationary(input);
        const Linearisation linear = chain.linearise(input);
        const Eigen::MatrixXd c = covariance(linear, time);
        CHECK(linear.state.dot(c * linear.state) == Approx(density.variance).epsilon(1e-6));
    }
}

TEST_CASE("multiplicative noise: stationary variance in closed form") {
    // d<z^2>/dt = -2 K + 0.8^2 + 0.5^2 K; with Euler's step: K = (1 - dt)^2 K + dt (...)
    const networks::Network network({"--population.e.noise=quadratic(sigma0=0.8, sigma1=0.5)"});
    const model::Population& population = network.model.population(0);
    ChainPopulation continuous(population, 0.0, 0.0, {}, 800);
    CHECK(continuous.stationary(0.0).variance == Approx(0.64 / 1.75).epsilon(1e-4));
    const double dt = 0.1;
    ChainPopulation euler(population, 0.0, 0.0, {dt, config::Scheme::balanced, false}, 400);
    REQUIRE(euler.has_transition());
    CHECK(euler.stationary(0.0).variance == Approx(0.64 / (1.75 - dt)).epsilon(1e-6));
}

TEST_CASE("the response to an input is the derivative of the stationary density") {
    // In the stationary state under h + dh: <G> changes by -<G, generator^-1 response> dh.
    const networks::Network network({"--population.e.drift=cubic(a0=0.1, a1=1, a3=1)"});
    ChainPopulation chain(network.model.population(0), 0.0, 0.2, {}, 400);
    const double dh = 1e-4;
    const double measured =
        (chain.stationary(input + dh).gain[0] - chain.stationary(input - dh).gain[0]) / (2.0 * dh);
    const Linearisation linear = chain.linearise(input);
    const Eigen::VectorXd x = -linear.evolution.partialPivLu().solve(linear.response);
    CHECK(linear.gains[0].dot(x) == Approx(measured).epsilon(1e-5));
}

TEST_CASE("the grid follows the stationary mean") {
    const networks::Network network({"--population.e.drift=cubic(a0=0, a1=-1, a3=0.1)"});
    const model::Population& population = network.model.population(0);
    ChainPopulation far(population, 0.0, 0.0, {}, 400);
    ChainPopulation near(population, 0.0, 1.3, {}, 400);
    CHECK(far.adapt(1.5));
    CHECK_FALSE(far.adapt(1.5));
    CHECK(far.stationary(1.5).mean == Approx(near.stationary(1.5).mean).epsilon(1e-5));
    CHECK(far.stationary(1.5).gain[0] == Approx(near.stationary(1.5).gain[0]).epsilon(1e-4));
}

TEST_CASE("populations without a stationary density are refused in words") {
    const networks::Network unstable({"--population.e.drift=cubic(a0=0, a1=1, a3=0)"});
    CHECK_THROWS_WITH(ChainPopulation(unstable.model.population(0), 0.0, 0.0, {}, 200),
                      Catch::Contains("population e"));
    const networks::Network network;
    CHECK_THROWS_WITH(GaussianPopulation(network.model.population(1), 0.0,
                                         {2.5, config::Scheme::explicit_euler, false}),
                      Catch::Contains("population i: Euler's step 2.5 is unstable"));
}
