// Protects the phases of the balanced state: the analytic boundaries of two populations with linear
// gains (trace and determinant of each mode), figure 5, and states that do not exist.
#include "equipoise/fluctuations/phase.hpp"

#include <catch2/catch.hpp>

#include "unit/fluctuations/networks.hpp"
#include <cmath>
#include <string>
#include <vector>

using namespace equipoise;
using fluctuations::classify_point;
using fluctuations::Phase;
using fluctuations::PhasePoint;
using networks::linear_gains;

namespace {

/// c_ab of one mode, without signs.
struct Strengths {
    double ee, ei, ie, ii;
};

/// Two populations on a ring with linear gains and kernels of a constant and one wave.
PhasePoint on_ring(const Strengths& constant, const Strengths& wave) {
    std::vector<std::string> overrides =
        linear_gains({"--domain.kind=ring", "--coupling.e.e.gain=linear(slope=1)"});
    const auto kernel = [&](const char* pair, double c0, double c1) {
        overrides.push_back("--coupling." + std::string(pair) + ".kernel=cosine(" +
                            std::to_string(c0) + ", " + std::to_string(c1) + ")");
    };
    kernel("e.e", constant.ee, wave.ee);
    kernel("e.i", constant.ei, wave.ei);
    kernel("i.e", constant.ie, wave.ie);
    kernel("i.i", constant.ii, wave.ii);
    const networks::Network network(overrides);
    return classify_point(network.config);
}

/// Eigenvalues of norm ((ee, -ei), (ie, -ii)), the larger real part.
struct Leading {
    double real, imaginary;
};

Leading leading(const Strengths& c, double norm) {
    const double trace = norm * (c.ee - c.ii);
    const double determinant = norm * norm * (c.ei * c.ie - c.ee * c.ii);
    const double discriminant = 0.25 * trace * trace - determinant;
    return discriminant < 0.0 ? Leading{0.5 * trace, std::sqrt(-discriminant)}
                              : Leading{0.5 * trace + std::sqrt(discriminant), 0.0};
}

Phase expected(const Strengths& constant, const Strengths& wave) {
    const Leading a = leading(constant, 1.0);
    const Leading b = leading(wave, 0.5);
    const Leading first = a.real > b.real ? a : b;
    if (first.real < 0.0) {
        return Phase::attracting;
    }
    return first.imaginary > 0.0 ? Phase::oscillating : Phase::unstable;
}

} // namespace

TEST_CASE("phase diagram of linear gains: trace and determinant of each mode") {
    // c_ee and c_ei of the wave over all phases, c_ei c_ie = c_ee c_ii and c_ee = c_ii in between.
    // Values miss the boundaries, where only rounding decides.
    const Strengths constant{0.5, 4, 1, 1};
    int seen[3] = {0, 0, 0};
    for (double ee = 0.05; ee < 3.0; ee += 0.21) {
        for (double ei = 0.13; ei < 3.0; ei += 0.23) {
            const Strengths wave{ee, ei, 1.5, 1.0};
            const Phase phase = on_ring(constant, wave).phase;
            CAPTURE(ee, ei);
            CHECK(name(phase) == name(expected(constant, wave)));
            seen[0] += phase == Phase::attracting ? 1 : 0;
            seen[1] += phase == Phase::oscillating ? 1 : 0;
            seen[2] += phase == Phase::unstable ? 1 : 0;
        }
    }
    CHECK(seen[0] > 20);
    CHECK(seen[1] > 20);
    CHECK(seen[2] > 20);
}

TEST_CASE("the boundaries of a scan are those of trace and determinant, to its resolution") {
    constexpr double resolution = 0.01;
    // The first scanned value of a strength whose phase is not that of `from`.
    const auto boundary = [&](double from, auto&& point) {
        const Phase start = point(from).phase;
        double value = from;
        while (value < from + 2.0 && point(value).phase == start) {
            value += resolution;
        }
        return value;
    };
    const Strengths constant{0.5, 4, 1, 1};
    // trace: c_ee = c_ii = 1, where c_ei c_ie > c_ee c_ii
    CHECK(boundary(0.503, [&](double ee) {
              return on_ring(constant, {ee, 4, 2, 1});
          }) == Approx(1.0).margin(resolution));
    // determinant: c_ei c_ie = c_ee c_ii, at c_ei = 0.4, where c_ee < c_ii
    CHECK(boundary(0.003, [&](double ei) {
              return on_ring(constant, {0.8, ei, 2, 1});
          }) == Approx(0.4).margin(resolution));
    // the same of the constant mode
    CHECK(boundary(0.503, [&](double ee) {
              return on_ring({ee, 4, 2, 1}, {0.5, 4, 1, 1});
          }) == Approx(1.0).margin(resolution));
}

TEST_CASE("figure 5: an imaginary pair in mode 1") {
    const PhasePoint point = on_ring({0.5, 4, 1, 1}, {2, 4, 2, 2});
    CHECK(point.phase == Phase::oscillating);
    CHECK(std::abs(point.largest_real_part) < 1e-10);
    CHECK(point.imaginary_part == Approx(1.0).epsilon(1e-9)); // norm 1/2 times sqrt(8 - 4)
    CHECK_THAT(point.unknown, Catch::Contains("(1)"));
}

TEST_CASE("nonlinear gains: the state is classified in balance, not where it starts") {
    // Far from balance tanh' is small, but the sign of J does not change.
    const networks::Network far({"--population.e.mean=2", "--population.i.mean=-1"});
    const networks::Network near;
    const PhasePoint a = classify_point(far.config);
    const PhasePoint b = classify_point(near.config);
    CHECK(a.phase == Phase::attracting);
    CHECK(a.largest_real_part == Approx(b.largest_real_part).epsilon(1e-8));
}

TEST_CASE("states that do not exist, or are not determined") {
    // tanh cannot cancel a drive above its height
    const networks::Network strong({"--population.e.drive=1.5"});
    const PhasePoint none = classify_point(strong.config);
    CHECK(none.phase == Phase::none);
    CHECK(std::isnan(none.largest_real_part));
    CHECK_THAT(none.reason, Catch::Contains("no balanced state"));
    const networks::Network undriven({"--coupling.i.e.kernel=cosine(0)",
                                      "--coupling.i.i.kernel=cosine(0)",
                                      "--population.i.drive=0.3"});
    CHECK_THAT(classify_point(undriven.config).reason, Catch::Contains("population i"));
    const networks::Network uncoupled(
        {"--coupling.i.e.kernel=cosine(0)", "--coupling.i.i.kernel=cosine(0)",
         "--coupling.e.i.kernel=cosine(0)", "--population.e.drive=0"});
    CHECK_THAT(classify_point(uncoupled.config).reason, Catch::Contains("nothing to balance"));
    // both populations receive the same input: one direction is free, the other attracts
    const networks::Network same(
        linear_gains({"--coupling.e.i.kernel=cosine(2)", "--coupling.i.i.kernel=cosine(2)",
                      "--coupling.e.e.kernel=cosine(1)", "--coupling.e.e.gain=linear(slope=1)",
                      "--population.i.drive=0.1"}));
    CHECK(classify_point(same.config).phase == Phase::singular);
}

TEST_CASE("saturated gains: balance does not determine the means") {
    // The inhibition's largest output cancels a drive of 1 exactly: the residual vanishes, in
    // floating point, for every mean of i beyond 15 or so, and J with it.
    const networks::Network exact({"--population.e.drive=1"});
    CHECK(classify_point(exact.config).phase == Phase::singular);
    // The same at the lower end of a gain, whose value goes to 0 along with its slope.
    const networks::Network silent({"--population.e.drive=0", "--population.i.mean=1",
                                    "--coupling.e.i.gain=logistic(slope=1, height=1)",
                                    "--coupling.i.i.gain=logistic(slope=1, height=1)"});
    CHECK(classify_point(silent.config).phase != Phase::attracting);
    // Weak and steep gains are not saturated.
    for (const char* slope : {"1e-6", "3"}) {
        const std::string gain = std::string("tanh(slope=") + slope + ", height=1)";
        const networks::Network scaled({"--coupling.e.i.gain=" + gain,
                                        "--coupling.i.e.gain=" + gain,
                                        "--coupling.i.i.gain=" + gain, "--population.e.drive=1e-7",
                                        "--population.e.mean=0", "--population.i.mean=0"});
        CHECK(classify_point(scaled.config).phase == Phase::attracting);
    }
}
