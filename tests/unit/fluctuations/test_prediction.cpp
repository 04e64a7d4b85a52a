// Protects the predicted fluctuations of whole networks: the reference table, closed forms in
// continuous and discrete time, laws in n, modes, and unequal sizes.
#include "equipoise/fluctuations/lyapunov.hpp"
#include "equipoise/fluctuations/prediction.hpp"

#include <catch2/catch.hpp>

#include "unit/fluctuations/networks.hpp"
#include <cmath>
#include <string>
#include <vector>

using namespace equipoise;
using fluctuations::Options;
using fluctuations::Prediction;
using networks::linear_gains;
using networks::Network;
using networks::sized;

namespace {

/// One inhibitory population with gain c z, c = 2: everything in closed form.
const char* const one_population = R"(
[run]
t_end = 1
output_interval = 1
[domain]
kind = point
[populations]
names = i
[population.i]
sign = inhibitory
neurons = 900
drift = linear(tau=0.5)
noise = constant(sigma=0.8)
drive = 1
[coupling.i.i]
kernel = cosine(2)
gain = linear(slope=1)
[network]
time_step = 0.05
)";

const char* const ring = R"(
[run]
t_end = 1
output_interval = 1
[domain]
kind = ring
[populations]
names = e i
[population.e]
sign = excitatory
neurons = 900
drift = linear(tau=1)
noise = constant(sigma=0.8)
drive = 0.3
[population.i]
sign = inhibitory
neurons = 300
drift = linear(tau=0.8)
noise = constant(sigma=0.6)
drive = 0.1
[coupling.e.e]
kernel = cosine(0.5, 0.4)
gain = tanh(slope=1)
[coupling.e.i]
kernel = cosine(2, 1)
gain = tanh(slope=1)
[coupling.i.e]
kernel = cosine(1.5, 1)
gain = tanh(slope=1)
[coupling.i.i]
kernel = cosine(1, 0.8)
gain = tanh(slope=1)
[network]
time_step = 0.05
)";

Options continuous(bool hermite = true) {
    Options options;
    options.scheme = false;
    options.representation.hermite = hermite;
    return options;
}

/// Exponent of the variance of population 0's mean between two sizes.
template <class Overrides>
double exponent(long from, long to, Overrides&& overrides) {
    const auto variance = [&](long n) {
        const Prediction p = Network(sized(n, overrides())).predict(continuous());
        REQUIRE(p.applies());
        return p.covariance(0, 0);
    };
    return std::log(variance(to) / variance(from)) /
           std::log(static_cast<double>(to) / static_cast<double>(from));
}

} // namespace

TEST_CASE("reference table: stationary means and n Var of the network of figures 3 and 4") {
    struct Row {
        long n;
        double v_e, v_i, var_e, var_i;
    };
    const std::vector<Row> rows{{500, 0.07481, 0.13343, 0.1383, 0.1275},
                                {10000, 0.07030, 0.13709, 0.0512, 0.0497},
                                {1000000, 0.06903, 0.13797, 0.0225, 0.0234},
                                {0, 0.06889, 0.13807, 0.0191, 0.0203}};
    for (const bool hermite : {true, false}) { // false: the kinetic solver's linearised operator
        for (const Row& row : rows) {
            Options options = continuous(hermite);
            options.limit = row.n == 0;
            const Prediction p = Network(sized(row.n == 0 ? 500 : row.n)).predict(options);
            REQUIRE(p.applies());
            const double n = row.n == 0 ? 1.0 : static_cast<double>(row.n);
            CHECK(p.mean[0] == Approx(row.v_e).margin(6e-6));
            CHECK(p.mean[1] == Approx(row.v_i).margin(1e-5));
            CHECK(n * p.covariance(0, 0) == Approx(row.var_e).margin(1e-4));
            CHECK(n * p.covariance(1, 1) == Approx(row.var_i).margin(1e-4));
            CHECK(p.variance[0] == Approx(0.5).epsilon(1e-6));
        }
    }
}

TEST_CASE("one population with linear gain: closed forms in continuous and discrete time") {
    const double n = 900.0;
    const double c = 2.0;
    const double tau = 0.5;
    const double sigma2 = 0.64;
    const auto predict = [&](const std::vector<std::string>& overrides, const Options& options) {
        const Network network(overrides, one_population);
        const Prediction p = network.predict(options);
        REQUIRE(p.applies());
        return p;
    };
    for (const bool hermite : {true, false}) {
        // A = c v + h/sqrt(n), h = v/tau
        const Prediction p = predict({}, continuous(hermite));
        CHECK(p.mean[0] == Approx(1.0 / (c + 1.0 / (tau * std::sqrt(n)))).epsilon(1e-9));
        CHECK(p.covariance(0, 0) ==
              Approx(sigma2 / (2.0 * n * (1.0 / tau + std::sqrt(n) * c))).epsilon(1e-6));
    }
    const double dt = 0.05;
    const double e = std::exp(-dt / tau);
    const double fresh = 0.5 * tau * sigma2 * (1.0 - e * e) / n; // of an exact step
    const double eps = 1.0 / std::sqrt(n);
    {
        const Prediction p = predict({}, {});
        const double q = eps / (eps + dt * c); // what a kick leaves of the deviation
        CHECK(p.covariance(0, 0) == Approx(q * q * fresh / (1.0 - q * q * e * e)).epsilon(1e-10));
        // (eps + dt c) h = A - c v*, v* = v - dt h, v = v* + dt h, v* = e v
        const double h = p.mean[0] * (1.0 - e) / dt;
        CHECK((eps + dt * c) * h == Approx(1.0 - c * e * p.mean[0]).epsilon(1e-10));
    }
    {
        const Prediction p = predict({"--network.local_step=euler", "--network.time_step=0.1"}, {});
        const double q = eps / (eps + 0.1 * c);
        const double a = 1.0 - 0.1 / tau;
        CHECK(p.covariance(0, 0) ==
              Approx(q * q * sigma2 * 0.1 / n / (1.0 - q * q * a * a)).epsilon(1e-10));
    }
    {
        const Prediction p = predict({"--network.scheme=explicit", "--network.time_step=0.01"}, {});
        const double a = 1.0 - 0.01 / tau - 0.01 * c / eps;
        CHECK(p.covariance(0, 0) == Approx(sigma2 * 0.01 / n / (1.0 - a * a)).epsilon(1e-10));
        CHECK(p.mean[0] == Approx(1.0 / (c + eps / tau)).epsilon(1e-10));
    }
    {
        const Prediction p = predict(
            {"--network.scheme=explicit", "--network.local_step=exact", "--network.time_step=0.01"},
            {});
        const double decay = std::exp(-0.01 / tau);
        const double a = decay - 0.01 * c / eps;
        CHECK(
            p.covariance(0, 0) ==
            Approx(0.5 * tau * sigma2 * (1.0 - decay * decay) / n / (1.0 - a * a)).epsilon(1e-10));
    }
}

TEST_CASE("two populations with linear gains and unequal sizes: the means close") {
    const Network network(linear_gains({"--population.i.neurons=2000", "--population.i.drive=0.2",
                                        "--population.i.drift=linear(tau=0.5)"}));
    const double root = std::sqrt(500.0);
    Eigen::Matrix2d generator;
    generator << -1.0, -root, root, -0.5 * root - 2.0;
    const Eigen::Matrix2d noise = Eigen::Vector2d(1.0 / 500.0, 1.0 / 2000.0).asDiagonal();
    const Eigen::MatrixXd exact = fluctuations::lyapunov(generator, noise);
    const Prediction p = network.predict(continuous());
    REQUIRE(p.applies());
    CHECK((p.covariance - exact).norm() < 1e-12 * exact.norm());
    const Prediction grid = network.predict(continuous(false));
    REQUIRE(grid.applies());
    CHECK((grid.covariance - exact).norm() < 1e-6 * exact.norm());
}

TEST_CASE("constrained directions under linear gains: variance like n^(-3/2) over three decades") {
    CHECK(exponent(100000, 100000000, [] { return linear_gains(); }) == Approx(-1.5).margin(0.002));
    // and at every decade of smaller networks not far from it
    CHECK(exponent(1000, 1000000, [] { return linear_gains(); }) == Approx(-1.5).margin(0.02));
}

TEST_CASE("nonlinear gains: variance like 1/n over three decades, at last") {
    const auto tanh_gains = [] { return std::vector<std::string>{}; };
    CHECK(exponent(1000000000, 1000000000000, tanh_gains) == Approx(-1.0).margin(0.002));
    // The part that the constraint leaves is small, so that moderate sizes fall faster.
    CHECK(exponent(1000, 1000000, tanh_gains) < -1.2);
}

TEST_CASE("the limit is that of large n") {
    Options limit = continuous();
    limit.limit = true;
    const Prediction at_infinity = Network().predict(limit);
    const long n = 1000000000000;
    const Prediction large = Network(sized(n)).predict(continuous());
    REQUIRE(at_infinity.applies());
    REQUIRE(large.applies());
    CHECK((static_cast<double>(n) * large.covariance - at_infinity.covariance).norm() <
          1e-3 * at_infinity.covariance.norm());
    // Linear gains constrain the means themselves.
    CHECK(Network(linear_gains()).predict(limit).covariance.norm() < 1e-14);
}

TEST_CASE("unconnected neurons: sigma^2 tau/2n, under every scheme") {
    const std::vector<std::string> pieces{
        "--coupling.e.i.kernel=cosine(0)", "--coupling.i.e.kernel=cosine(0)",
        "--coupling.i.i.kernel=cosine(0)", "--population.e.drive=0"};
    const Network network(pieces);
    for (const bool scheme : {true, false}) {
        Options options = continuous();
        options.scheme = scheme;
        const Prediction p = network.predict(options);
        REQUIRE(p.applies());
        CHECK(p.mean[0] == 0.0);
        CHECK(p.covariance(0, 0) == Approx(0.5 / 500.0).epsilon(1e-12));
        CHECK(std::abs(p.covariance(0, 1)) < 1e-15);
        CHECK(p.mean_deviation(0) == Approx(std::sqrt(0.001)).epsilon(1e-12));
        // Gaussian: the variance of a sample variance is 2 K^2/n
        CHECK(p.variance_deviation(1) == Approx(std::sqrt(2.0 * 0.25 / 500.0)).epsilon(1e-12));
    }
}

TEST_CASE("ring: modes fluctuate by themselves, inactive ones like independent neurons") {
    const Network network({}, ring);
    const model::Basis recorded({{}, {{1, 0}}, {{2, 0}}, {{7, 0}}});
    const Prediction p =
        fluctuations::predict(network.config, network.balance, recorded, continuous());
    REQUIRE(p.applies());
    REQUIRE(p.modes.size() == 4);
    CHECK((p.modes[0].covariance - p.covariance).norm() == 0.0);
    const double k_e = 0.5 * 0.64;
    const double k_i = 0.5 * 0.36 * 0.8;
    for (const std::size_t inactive : {std::size_t{2}, std::size_t{3}}) {
        CHECK(p.modes[inactive].covariance(0, 0) == Approx(0.5 * k_e / 900.0).epsilon(1e-12));
        CHECK(p.modes[inactive].covariance(1, 1) == Approx(0.5 * k_i / 300.0).epsilon(1e-12));
    }
    CHECK(p.modes[1].covariance(1, 1) < 0.7 * p.modes[2].covariance(1, 1)); // active
}

TEST_CASE("a mode with coefficient c is a point with c/2 in the same state") {
    // Without drive the state is v = 0 for every coupling, so that only the coefficients matter.
    const std::vector<std::string> quiet{"--population.e.drive=0", "--population.i.drive=0"};
    const Prediction on_ring = Network(quiet, ring).predict();
    std::vector<std::string> halved = quiet;
    halved.emplace_back("--domain.kind=point");
    halved.emplace_back("--coupling.e.e.kernel=cosine(0.2)");
    halved.emplace_back("--coupling.e.i.kernel=cosine(0.5)");
    halved.emplace_back("--coupling.i.e.kernel=cosine(0.5)");
    halved.emplace_back("--coupling.i.i.kernel=cosine(0.4)");
    const Prediction on_point = Network(halved, ring).predict();
    REQUIRE(on_ring.applies());
    REQUIRE(on_point.applies());
    CHECK((on_ring.modes[1].covariance - 0.5 * on_point.covariance).norm() <
          1e-12 * on_point.covariance.norm());
}

TEST_CASE("the balanced scheme's fluctuations tend to continuous time as the step does") {
    const auto distance = [](const char* step) {
        const Network network({std::string("--network.time_step=") + step,
                               std::string("--run.output_interval=") + step,
                               std::string("--run.t_end=") + step});
        const Eigen::MatrixXd exact = network.predict(continuous()).covariance;
        return (network.predict().covariance - exact).norm() / exact.norm();
    };
    const double coarse = distance("0.001");
    CHECK(coarse < 0.05);
    CHECK(distance("0.0001") == Approx(0.1 * coarse).epsilon(0.1)); // first order
}
