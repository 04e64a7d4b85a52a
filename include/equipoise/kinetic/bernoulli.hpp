#pragma once

#include "equipoise/elementary/functions.hpp"

#include <algorithm>
#include <cmath>

/// The Bernoulli function B(x) = x/(exp(x) - 1), the weight of the Scharfetter-Gummel flux.
/// B(-x) = B(x) + x; B(0) = 1.
namespace equipoise::kinetic {

/// B(x) for x >= 0, to a few units in the last place. Beyond 700, where it is below 1e-300: B(700).
/// Branch-free: loops over it vectorise.
inline double bernoulli_positive(double x) {
    const double y = x > 700.0 ? 700.0 : x;
    const double quotient = y / elementary::exponential_minus_one(y);
    return y < 1e-9 ? 1.0 - 0.5 * y : quotient;
}

/// B'(x) for x >= 0, given b = B(x). B' = b (1 - b - x)/x; by its series where that cancels.
inline double bernoulli_slope_positive(double x, double b) {
    const double y = x > 700.0 ? 700.0 : x;
    const double z = y * y;
    const double series =
        -0.5 +
        y * (1.0 / 6.0 + z * (-1.0 / 180.0 +
                              z * (1.0 / 5040.0 + z * (-1.0 / 151200.0 + z * (1.0 / 4790016.0)))));
    const double quotient = b * (1.0 - b - y) / (y + 1e-300);
    return y < 0.25 ? series : quotient;
}

/// B and B' at an argument cut off at 700.
struct BernoulliPair {
    double argument, value, slope;
};

/// Both for x >= 0, as the functions above.
inline BernoulliPair bernoulli_pair_positive(double x) {
    const double y = std::min(x, 700.0);
    const double value = bernoulli_positive(y);
    return {y, value, bernoulli_slope_positive(y, value)};
}

/// B(x) for any x.
inline double bernoulli(double x) {
    return x >= 0.0 ? bernoulli_positive(x) : bernoulli_positive(-x) - x;
}

/// B'(x) for any x: B'(-x) = -1 - B'(x).
inline double bernoulli_slope(double x) {
    const double slope = bernoulli_slope_positive(std::abs(x), bernoulli_positive(std::abs(x)));
    return x >= 0.0 ? slope : -1.0 - slope;
}

} // namespace equipoise::kinetic
