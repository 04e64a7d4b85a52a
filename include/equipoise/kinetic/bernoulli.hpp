#pragma once

#include "equipoise/elementary/functions.hpp"

#include <algorithm>
#include <cmath>

/// The Bernoulli function B(x) = x/(exp(x) - 1), the weight of the Scharfetter-Gummel flux.
/// B(-x) = B(x) + x; B(0) = 1.
namespace equipoise::kinetic {

namespace detail {

constexpr double largest_argument = 700.0; ///< B is below 1e-300 there
constexpr double tiny = 0x1p-1000;         ///< keeps 0/0 at 0 away and changes nothing else

/// 1/(exp(y) - 1) for tiny <= y <= largest_argument.
inline double inverse_of_expm1(double y) {
    const auto [scale, excess] = elementary::detail::split_exponential(y);
    return 1.0 / std::fma(scale, excess, scale - 1.0);
}

} // namespace detail

/// B and B' at an argument cut off at detail::largest_argument.
struct BernoulliPair {
    double argument, value, slope;
};

// Both for x >= 0, to a few units in the last place; one comparison, so that loops over them
// vectorise well.

inline double bernoulli_positive(double x) {
    const double y = std::min(x, detail::largest_argument) + detail::tiny;
    return y * detail::inverse_of_expm1(y);
}

/// B' = (1 - B - y)/(exp(y) - 1), by its series where that cancels.
inline BernoulliPair bernoulli_pair_positive(double x) {
    const double y = std::min(x, detail::largest_argument) + detail::tiny;
    const double e = detail::inverse_of_expm1(y);
    const double value = y * e;
    const double z = y * y;
    const double series =
        std::fma(y,
                 elementary::detail::polynomial(z, 1.0 / 4790016.0, -1.0 / 151200.0, 1.0 / 5040.0,
                                                -1.0 / 180.0, 1.0 / 6.0),
                 -0.5);
    const double quotient = e * (1.0 - value - y);
    return {y, value, y < 0.25 ? series : quotient};
}

/// B(x) for any x.
inline double bernoulli(double x) {
    return x >= 0.0 ? bernoulli_positive(x) : bernoulli_positive(-x) - x;
}

/// B'(x) for any x: B'(-x) = -1 - B'(x).
inline double bernoulli_slope(double x) {
    const double slope = bernoulli_pair_positive(std::abs(x)).slope;
    return x >= 0.0 ? slope : -1.0 - slope;
}

} // namespace equipoise::kinetic
