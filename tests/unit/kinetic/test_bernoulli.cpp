// The flux is only as good as B(x) = x/(exp(x) - 1): no cancellation near 0, no overflow far away.
#include "equipoise/kinetic/bernoulli.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace equipoise::kinetic;

namespace {

long double reference(long double x) {
    return x == 0.0L ? 1.0L : x / std::expm1(x);
}

/// B'(x) in extended precision; by the series where the closed form cancels.
long double reference_slope(long double x) {
    if (std::abs(x) < 0.05L) {
        const long double z = x * x;
        return -0.5L + x / 6.0L * (1.0L - z / 30.0L * (1.0L - z / 28.0L * (1.0L - z / 30.0L)));
    }
    const long double b = reference(x);
    return b * (1.0L - b - x) / x;
}

} // namespace

TEST_CASE("the Bernoulli function is accurate from 1e-16 to 1e3 on both sides") {
    double worst = 0.0;
    double worst_slope = 0.0;
    for (double exponent = -16.0; exponent <= 3.0; exponent += 0.001) {
        for (const double sign : {1.0, -1.0}) {
            const double x = sign * std::pow(10.0, exponent);
            const long double exact = reference(x);
            if (exact > 1e-290L) {
                worst =
                    std::max(worst, static_cast<double>(std::abs(bernoulli(x) - exact) / exact));
            } else {
                CHECK(bernoulli(x) >= 0.0);
                CHECK(bernoulli(x) < 1e-280);
            }
            worst_slope =
                std::max(worst_slope,
                         static_cast<double>(std::abs(bernoulli_slope(x) - reference_slope(x))));
        }
    }
    CAPTURE(worst, worst_slope);
    CHECK(worst < 1e-15);
    CHECK(worst_slope < 1e-13);
}

TEST_CASE("the Bernoulli function at 0 and far out") {
    CHECK(bernoulli(0.0) == 1.0);
    CHECK(bernoulli(-0.0) == 1.0);
    CHECK(bernoulli_slope(0.0) == -0.5);
    CHECK(bernoulli(-1e3) == 1e3);
    CHECK(bernoulli(1e300) >= 0.0);
    CHECK(bernoulli(1e300) < 1e-290);
    CHECK(bernoulli(-1e300) == 1e300);
}
