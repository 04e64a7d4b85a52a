#include "equipoise/elementary/functions.hpp"
#include "equipoise/elementary/single.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

// Protects the errors that the header states, against the C library's long double functions, on
// dense samples: a mistyped coefficient or a lost digit of a reduction shows here.

namespace {

using namespace equipoise::elementary;

/// The distance in units in the last place of the exact value.
double error_in_ulps(double computed, long double exact, int digits = 53) {
    int exponent = 0;
    std::frexp(static_cast<double>(exact), &exponent);
    const long double unit = std::ldexp(1.0L, std::max(exponent - digits, -1074));
    return static_cast<double>(std::abs(static_cast<long double>(computed) - exact) / unit);
}

template <class Computed, class Exact, class Draw>
double largest_error(Computed&& computed, Exact&& exact, Draw&& draw) {
    constexpr int samples = 1'000'000;
    double largest = 0.0;
    for (int i = 0; i < samples; ++i) {
        const double x = draw();
        largest = std::max(largest, error_in_ulps(computed(x), exact(static_cast<long double>(x))));
    }
    return largest;
}

std::mt19937_64& generator() {
    static std::mt19937_64 bits(20260214);
    return bits;
}

auto uniform(double lower, double upper) {
    return [=] { return std::uniform_real_distribution<double>(lower, upper)(generator()); };
}

/// Both signs, every order of magnitude alike.
auto logarithmic(double least, double most) {
    return [=] {
        const double x = std::exp(
            std::uniform_real_distribution<double>(std::log(least), std::log(most))(generator()));
        return (generator()() & 1U) != 0 ? x : -x;
    };
}

/// sin (quadrant 0) and cos (quadrant 1) of 2 pi u, reduced to an eighth of a turn before rounding.
long double turned(long double u, int quadrant) {
    constexpr long double two_pi = 6.283185307179586476925286766559005768L;
    const long double quarters = std::nearbyint(4.0L * u);
    const long double angle = two_pi * (u - 0.25L * quarters);
    switch ((static_cast<int>(std::fmod(quarters, 4.0L)) + 4 + quadrant) % 4) {
    case 0:
        return std::sin(angle);
    case 1:
        return std::cos(angle);
    case 2:
        return -std::sin(angle);
    default:
        return -std::cos(angle);
    }
}

/// Elsewhere long double is double, and nothing could be seen.
bool reference_is_finer() {
    if (std::numeric_limits<long double>::digits >= 64) {
        return true;
    }
    WARN("long double has no more digits than double here: nothing was compared");
    return false;
}

} // namespace

TEST_CASE("exponential is within 1.1 units in the last place") {
    if (reference_is_finer()) {
        const auto exact = [](long double x) { return std::exp(x); };
        CHECK(largest_error(exponential, exact, uniform(-708.0, 708.0)) < 1.1);
        CHECK(largest_error(exponential, exact, uniform(-1.0, 1.0)) < 1.1);
        CHECK(largest_error(exponential, exact, logarithmic(1e-300, 1.0)) < 1.1);
    }
}

TEST_CASE("exponential_minus_one is within two units in the last place, near 0 too") {
    if (reference_is_finer()) {
        const auto exact = [](long double x) { return std::expm1(x); };
        CHECK(largest_error(exponential_minus_one, exact, uniform(-40.0, 708.0)) < 2.0);
        CHECK(largest_error(exponential_minus_one, exact, uniform(-2.0, 2.0)) < 2.0);
        CHECK(largest_error(exponential_minus_one, exact, logarithmic(1e-300, 1.0)) < 2.0);
    }
}

TEST_CASE("hyperbolic_tangent is within 2.7 units in the last place") {
    if (reference_is_finer()) {
        const auto computed = [](double x) { return hyperbolic_tangent(x); };
        const auto exact = [](long double x) { return std::tanh(x); };
        CHECK(largest_error(computed, exact, uniform(-0.5, 0.5)) < 2.7);
        CHECK(largest_error(computed, exact, uniform(-5.0, 5.0)) < 2.7);
        CHECK(largest_error(computed, exact, uniform(-40.0, 40.0)) < 2.7);
        CHECK(largest_error(computed, exact, logarithmic(1e-300, 40.0)) < 2.7);
    }
}

TEST_CASE("logarithm is within 2.1 units in the last place, near 1 too") {
    if (reference_is_finer()) {
        const auto computed = [](double x) { return logarithm(std::abs(x)); };
        const auto exact = [](long double x) { return std::log(std::abs(x)); };
        CHECK(largest_error(computed, exact, logarithmic(1e-300, 1e300)) < 2.1);
        CHECK(largest_error(computed, exact, uniform(0.5, 2.0)) < 2.1);
        CHECK(largest_error(computed, exact, uniform(0x1p-53, 1.0)) < 2.1);
        CHECK(largest_error(computed, exact, uniform(0.9999, 1.0001)) < 2.1);
    }
}

TEST_CASE("sine_cosine_turns is within 1.9 units in the last place, near zeros too") {
    if (reference_is_finer()) {
        const auto sine = [](double u) { return sine_cosine_turns(u).sine; };
        const auto cosine = [](double u) { return sine_cosine_turns(u).cosine; };
        const auto exact_sine = [](long double u) { return turned(u, 0); };
        const auto exact_cosine = [](long double u) { return turned(u, 1); };
        CHECK(largest_error(sine, exact_sine, uniform(-3.0, 3.0)) < 1.9);
        CHECK(largest_error(cosine, exact_cosine, uniform(-3.0, 3.0)) < 1.9);
        CHECK(largest_error(sine, exact_sine, uniform(-1048576.0, 1048576.0)) < 1.9);
        CHECK(largest_error(cosine, exact_cosine, uniform(-1048576.0, 1048576.0)) < 1.9);
        CHECK(largest_error(sine, exact_sine, logarithmic(1e-300, 0.25)) < 1.9);
    }
}

TEST_CASE("in single precision logarithm, sine and cosine are within 1.7 units in the last place") {
    // In double precision the exact values have digits to spare.
    double of_logarithm = 0.0;
    double of_sine = 0.0;
    double of_cosine = 0.0;
    constexpr std::uint32_t stride = 251;
    for (std::uint32_t k = 0; k < std::uint32_t{1} << 31U; k += stride) {
        const float u =
            std::fma(static_cast<float>(static_cast<std::int32_t>(k)), 0x1p-31F, 0x1p-32F);
        if (u < 1.0F) {
            of_logarithm =
                std::max(of_logarithm, error_in_ulps(logarithm(u), std::log(double{u}), 24));
        }
    }
    constexpr double two_pi = 6.283185307179586476925286766559;
    for (std::int32_t i = -(1 << 22); i <= 1 << 22; ++i) {
        const float t = static_cast<float>(i) * 0x1p-25F;
        const SingleSineCosine both = sine_cosine_eighth(t);
        if (i != 0) {
            of_sine = std::max(of_sine, error_in_ulps(both.sine, std::sin(two_pi * t), 24));
        }
        of_cosine = std::max(of_cosine, error_in_ulps(both.cosine, std::cos(two_pi * t), 24));
    }
    CHECK(of_logarithm < 1.7);
    CHECK(of_sine < 1.7);
    CHECK(of_cosine < 1.1);
    CHECK(logarithm(1.0F) == 0.0F);
}
