#include "equipoise/parallel/exact_sum.hpp"
#include "equipoise/util/errors.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

// Protects the reason why a run has the same bits on any number of ranks: sums of doubles that do
// not depend on how their terms are ordered or grouped, and that never go wrong in silence.

namespace {

using equipoise::InternalError;
using equipoise::parallel::add_term;
using equipoise::parallel::FixedPointScale;
__extension__ using Wide = __int128;

using Limbs = std::array<std::int64_t, 2>;

/// Terms of both signs over many orders of magnitude, |x| <= bound.
std::vector<double> terms(std::size_t count, double bound, unsigned seed) {
    std::mt19937_64 engine(seed);
    std::uniform_real_distribution<double> mantissa(-1.0, 1.0);
    std::uniform_int_distribution<int> exponent(-40, 0);
    std::vector<double> values;
    for (std::size_t i = 0; i < count; ++i) {
        values.push_back(std::ldexp(mantissa(engine), exponent(engine)) * bound);
    }
    return values;
}

Limbs sum(const FixedPointScale& scale, const std::vector<double>& values, std::size_t begin,
          std::size_t end) {
    Limbs limbs{0, 0};
    for (std::size_t i = begin; i < end; ++i) {
        REQUIRE(add_term(scale, values[i], limbs));
    }
    return limbs;
}

/// x in units of 2^(exponent - 120), exact for |x| <= 2^exponent with its last bit above that unit.
Wide exact(double x, int exponent) {
    int own = 0;
    const double mantissa = std::frexp(x, &own);
    const auto whole = static_cast<Wide>(std::ldexp(mantissa, 53));
    const int shift = own - 53 - (exponent - 120);
    REQUIRE(shift >= 0);
    return whole * (static_cast<Wide>(1) << shift);
}

Wide in_lower_units(const Limbs& limbs) {
    return (static_cast<Wide>(limbs[0]) * (std::int64_t{1} << 40)) + limbs[1];
}

} // namespace

TEST_CASE("a sum has the same bits in any order and any grouping") {
    const double bound = GENERATE(1.0, 1024.0 * 65536.0, 3e-7, 0.7);
    const FixedPointScale scale(bound);
    std::vector<double> values = terms(5000, bound, 11);
    const Limbs whole = sum(scale, values, 0, values.size());
    const double expected = scale.join(whole[0], whole[1]);
    std::mt19937_64 engine(12);
    for (int repetition = 0; repetition < 20; ++repetition) {
        std::shuffle(values.begin(), values.end(), engine);
        // Cut into a random number of groups, as ranks do; groups may be empty.
        std::vector<std::size_t> cuts{0, values.size()};
        for (int group = 0; group < repetition; ++group) {
            cuts.push_back(engine() % (values.size() + 1));
        }
        std::sort(cuts.begin(), cuts.end());
        Limbs total{0, 0};
        for (std::size_t group = 0; group + 1 < cuts.size(); ++group) {
            const Limbs part = sum(scale, values, cuts[group], cuts[group + 1]);
            total[0] += part[0];
            total[1] += part[1];
        }
        CHECK(total == whole);
        CHECK(scale.join(total[0], total[1]) == expected);
    }
}

TEST_CASE("one value has one double, however it is spread over the limbs") {
    const FixedPointScale scale(2.0);
    constexpr std::int64_t unit = std::int64_t{1} << 40;
    for (const std::int64_t upper : {std::int64_t{0}, std::int64_t{5}, std::int64_t{-123456789}}) {
        for (const std::int64_t lower : {std::int64_t{0}, std::int64_t{1}, unit - 1, -unit / 3}) {
            const double value = scale.join(upper, lower);
            for (const std::int64_t carry : {-1000, -1, 1, 12345}) {
                CHECK(scale.join(upper + carry, lower - carry * unit) == value);
            }
        }
    }
}

TEST_CASE("a term is rounded to 2^(e - 81) at most, a sum no worse than its terms together") {
    const int exponent = GENERATE(0, 26, -5);
    const double bound = std::ldexp(1.0, exponent);
    const FixedPointScale scale(bound);
    const std::vector<double> values = terms(2000, bound, 5);
    Wide exact_sum = 0;
    Limbs limbs{0, 0};
    for (const double x : values) {
        const auto [upper, lower] = scale.split(x);
        const Wide rounded = in_lower_units({upper, lower}) * (Wide{1} << 40);
        const Wide error = rounded - exact(x, exponent);
        CHECK(std::abs(static_cast<double>(error)) <= 0x1p39); // 2^(e - 81) in units of 2^(e - 120)
        exact_sum += exact(x, exponent);
        REQUIRE(add_term(scale, x, limbs));
    }
    const double allowed = static_cast<double>(values.size()) * std::ldexp(1.0, exponent - 81);
    const double reference = std::ldexp(static_cast<double>(exact_sum), exponent - 120);
    CHECK(std::abs(scale.join(limbs[0], limbs[1]) - reference) <=
          allowed + 2.0 * std::numeric_limits<double>::epsilon() * std::abs(reference));
}

TEST_CASE("values on the grid come back unchanged") {
    const FixedPointScale scale(1.0);
    for (const double x : {0.0, 1.0, -1.0, 0.5, 0x1p-80, -0x1.8p-70, 0.1, -1.0 / 3.0}) {
        const auto [upper, lower] = scale.split(x);
        CHECK(scale.join(upper, lower) == x);
    }
}

TEST_CASE("a term beyond the bound, or not finite, is left out and told") {
    const double bound = 1000.5;
    const FixedPointScale scale(bound);
    CHECK(scale.bound() == bound);
    Limbs limbs{7, -3};
    constexpr double infinity = std::numeric_limits<double>::infinity();
    for (const double x : {std::nextafter(bound, infinity), -std::nextafter(bound, infinity), 1e300,
                           infinity, -infinity, std::numeric_limits<double>::quiet_NaN()}) {
        CHECK_FALSE(add_term(scale, x, limbs));
        CHECK(limbs == Limbs{7, -3});
    }
    CHECK(add_term(scale, bound, limbs));
    CHECK(add_term(scale, -bound, limbs));
    CHECK(limbs == Limbs{7, -3});
}

TEST_CASE("as many terms as are allowed, all of the largest size, do not overflow") {
    // 2^40 units at most per term, so max_terms of them reach 2^62 < 2^63.
    for (const double bound : {1.0, 1.7, 1024.0 * 65536.0 * (1.0 + 1e-12)}) {
        const FixedPointScale scale(bound);
        const auto [upper, lower] = scale.split(bound);
        CHECK(upper <= std::int64_t{1} << 40);
        constexpr std::int64_t count = FixedPointScale::max_terms;
        std::int64_t product = 0;
        REQUIRE_FALSE(__builtin_mul_overflow(upper, count, &product));
        REQUIRE_FALSE(__builtin_mul_overflow(lower, count, &product));
        CHECK(scale.join(upper * count, lower * count) ==
              Approx(bound * static_cast<double>(count)).epsilon(1e-15));
        CHECK(scale.join(-upper * count, -lower * count) ==
              Approx(-bound * static_cast<double>(count)).epsilon(1e-15));
    }
}

TEST_CASE("a scale needs a positive finite bound") {
    for (const double bound : {0.0, -1.0, std::numeric_limits<double>::infinity(),
                               std::numeric_limits<double>::quiet_NaN(), 1e300, 1e-300}) {
        CHECK_THROWS_AS(FixedPointScale(bound), InternalError);
    }
}
