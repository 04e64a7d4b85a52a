#include "equipoise/elementary/functions.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

// Protects what the functions promise at the ends of their ranges, at zeros and for NaN.

namespace {

using namespace equipoise::elementary;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();
constexpr double smallest = std::numeric_limits<double>::denorm_min();
constexpr double largest = std::numeric_limits<double>::max();

} // namespace

TEST_CASE("exponential at its edges") {
    CHECK(exponential(0.0) == 1.0);
    CHECK(exponential(-0.0) == 1.0);
    CHECK(exponential(smallest) == 1.0);
    CHECK(exponential(-1e-300) == 1.0);
    CHECK(exponential(1.0) == Approx(2.718281828459045).epsilon(1e-15));
    // clamped, not overflowing
    CHECK(std::isfinite(exponential(708.0)));
    CHECK(exponential(709.0) == exponential(708.0));
    CHECK(exponential(infinity) == exponential(708.0));
    CHECK(exponential(-708.0) > 0.0);
    CHECK(exponential(-infinity) == exponential(-708.0));
    CHECK(std::isnan(exponential(nan_value)));
}

TEST_CASE("exponential_minus_one at its edges") {
    CHECK(exponential_minus_one(0.0) == 0.0);
    CHECK(exponential_minus_one(1e-300) == 1e-300);
    CHECK(exponential_minus_one(-1e-18) == -1e-18);
    CHECK(exponential_minus_one(-50.0) == -1.0);
    CHECK(exponential_minus_one(-infinity) == -1.0);
    CHECK(exponential_minus_one(infinity) == exponential_minus_one(708.0));
    CHECK(std::isnan(exponential_minus_one(nan_value)));
}

TEST_CASE("hyperbolic_tangent at its edges") {
    CHECK(hyperbolic_tangent(0.0) == 0.0);
    CHECK_FALSE(std::signbit(hyperbolic_tangent(0.0)));
    CHECK(std::signbit(hyperbolic_tangent(-0.0)));
    for (const double x : {smallest, 3.0 * smallest, 1e-310, 1e-300, 1e-20}) {
        CHECK(hyperbolic_tangent(x) == x);
    }
    for (const double x : {20.0, 30.0, 1e3, 1e300, largest, infinity}) {
        CHECK(hyperbolic_tangent(x) == 1.0);
    }
    for (double x = 0.0; x < 25.0; x += 0.0137) { // bounds of sums rely on both
        REQUIRE(hyperbolic_tangent(-x) == -hyperbolic_tangent(x));
        REQUIRE(hyperbolic_tangent(x) <= 1.0);
    }
    CHECK(std::isnan(hyperbolic_tangent(nan_value)));
}

TEST_CASE("logarithm at its edges") {
    CHECK(logarithm(1.0) == 0.0);
    CHECK(logarithm(2.0) == Approx(0.6931471805599453).epsilon(1e-15));
    CHECK(logarithm(std::numeric_limits<double>::min()) ==
          Approx(-708.3964185322641).epsilon(1e-15));
    CHECK(logarithm(largest) == Approx(709.782712893384).epsilon(1e-15));
    CHECK(logarithm(std::nextafter(1.0, 0.0)) == Approx(-0x1p-53).epsilon(1e-12));
    CHECK(logarithm(std::nextafter(1.0, 2.0)) == Approx(0x1p-52).epsilon(1e-12));
}

TEST_CASE("sine_cosine_turns is exact at quarters of a turn and keeps sin^2 + cos^2 = 1") {
    for (int turn = -3; turn <= 3; ++turn) {
        const double u = turn;
        CHECK(sine_cosine_turns(u).sine == 0.0);
        CHECK(sine_cosine_turns(u).cosine == 1.0);
        CHECK(sine_cosine_turns(u + 0.25).sine == 1.0);
        CHECK(sine_cosine_turns(u + 0.25).cosine == 0.0);
        CHECK(sine_cosine_turns(u + 0.5).sine == 0.0);
        CHECK(sine_cosine_turns(u + 0.5).cosine == -1.0);
        CHECK(sine_cosine_turns(u + 0.75).sine == -1.0);
        CHECK(sine_cosine_turns(u + 0.75).cosine == 0.0);
    }
    for (double u = -1.0; u < 1.0; u += 1.7e-4) {
        const SineCosine at = sine_cosine_turns(u);
        REQUIRE(at.sine * at.sine + at.cosine * at.cosine == Approx(1.0).epsilon(1e-15));
        REQUIRE(sine_cosine_turns(-u).sine == -at.sine);
        REQUIRE(sine_cosine_turns(-u).cosine == at.cosine);
    }
    CHECK(sine_cosine_turns(1048576.25).sine == 1.0);
    CHECK(std::isnan(sine_cosine_turns(nan_value).sine));
    CHECK(std::isnan(sine_cosine_turns(nan_value).cosine));
}
