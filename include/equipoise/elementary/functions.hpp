#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

/// Elementary functions whose bits depend on nothing but the argument: not on the position in an
/// array, the SIMD width, the C library or the machine. They are branch-free, use only correctly
/// rounded operations (+ - * / sqrt), and are meant to be inlined into loops that the compiler
/// vectorises (compile with -ffp-contract=off -fno-math-errno -fno-trapping-math).
///
/// Largest errors measured (tests/unit/elementary), in units in the last place: exponential 1.0,
/// exponential_minus_one 2.0, hyperbolic_tangent 2.2, logarithm 0.9, sine_cosine_turns 1.9.
namespace equipoise::elementary {

namespace detail {

constexpr double round_shift =
    0x1.8p52; ///< x + this - this rounds |x| < 2^51 to the nearest integer
constexpr double ln2_upper = 0x1.62e42fee00000p-1;
constexpr double ln2_lower = 0x1.a39ef35793c76p-33;
constexpr double log2e = 0x1.71547652b82fep0;

/// 2^n for a whole number n in [-1022, 1023], held in a double.
inline double power_of_two(double n) {
    // The shifted sum holds n + 1023 in its low bits: move it into the exponent.
    const auto bits = std::bit_cast<std::uint64_t>(n + (round_shift + 1023.0));
    return std::bit_cast<double>(bits << 52U);
}

/// expm1(r) for |r| <= ln(2)/2, by its Taylor polynomial of degree 13 (truncation below 2^-56).
inline double expm1_reduced(double r) {
    double p = 1.0 / 6227020800.0;
    p = p * r + 1.0 / 479001600.0;
    p = p * r + 1.0 / 39916800.0;
    p = p * r + 1.0 / 3628800.0;
    p = p * r + 1.0 / 362880.0;
    p = p * r + 1.0 / 40320.0;
    p = p * r + 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    return r + r * r * p;
}

} // namespace detail

/// exp(x) for |x| <= 708; beyond, the value at the end of that range. NaN stays NaN.
inline double exponential(double x) {
    x = x < -708.0 ? -708.0 : x;
    x = x > 708.0 ? 708.0 : x;
    const double n = (x * detail::log2e + detail::round_shift) - detail::round_shift;
    const double r = (x - n * detail::ln2_upper) - n * detail::ln2_lower;
    const double scale = detail::power_of_two(n);
    return scale + scale * detail::expm1_reduced(r);
}

/// exp(x) - 1 for |x| <= 708, exact to rounding near 0; beyond, the value at the end of that range.
inline double exponential_minus_one(double x) {
    x = x < -708.0 ? -708.0 : x;
    x = x > 708.0 ? 708.0 : x;
    const double n = (x * detail::log2e + detail::round_shift) - detail::round_shift;
    const double r = (x - n * detail::ln2_upper) - n * detail::ln2_lower;
    const double scale = detail::power_of_two(n);
    return (scale - 1.0) + scale * detail::expm1_reduced(r);
}

/// tanh(x), odd to the last bit. NaN stays NaN.
inline double hyperbolic_tangent(double x) {
    double a = std::abs(x) * 2.0;
    a = a > 60.0 ? 60.0 : a; // tanh(30) is 1 in double precision
    const double n = (a * detail::log2e + detail::round_shift) - detail::round_shift;
    const double r = (a - n * detail::ln2_upper) - n * detail::ln2_lower;
    const double scale = detail::power_of_two(n);
    const double t = (scale - 1.0) + scale * detail::expm1_reduced(r); // expm1(2 |x|)
    // tanh |x| = t / (t + 2); what rounding took from t + 2 is given back to first order, with
    // 1 / (t + 2) = (1 - tanh |x|) / 2, which has no digits where tanh |x| is near 1
    const double sum = t + 2.0;
    const double rest = t < 64.0 ? t - (sum - 2.0) : 0.0;
    const double quotient = t / sum;
    return std::copysign(quotient - (0.5 * (1.0 - quotient)) * (quotient * rest), x);
}

/// Natural logarithm of a positive normal number. log(m 2^k) with m in [sqrt(1/2), sqrt(2)) and
/// log(m) = 2 atanh(s), s = (m - 1)/(m + 1), by its series in s^2 (truncation below 2^-56).
inline double logarithm(double x) {
    constexpr std::uint64_t sqrt_half = 0x3fe6a09e667f3bcdULL;
    constexpr std::uint64_t mantissa = 0x000fffffffffffffULL;
    const std::uint64_t shifted =
        std::bit_cast<std::uint64_t>(x) + (0x3ff0000000000000ULL - sqrt_half);
    // exponent as a double without an integer conversion: AVX2 has none for 64 bits
    const double k =
        std::bit_cast<double>((shifted >> 52U) | 0x4330000000000000ULL) - (0x1p52 + 1023.0);
    const double m = std::bit_cast<double>((shifted & mantissa) + sqrt_half);
    const double f = m - 1.0;
    const double s = f / (2.0 + f);
    const double z = s * s;
    double p = 1.0 / 21.0;
    p = p * z + 1.0 / 19.0;
    p = p * z + 1.0 / 17.0;
    p = p * z + 1.0 / 15.0;
    p = p * z + 1.0 / 13.0;
    p = p * z + 1.0 / 11.0;
    p = p * z + 1.0 / 9.0;
    p = p * z + 1.0 / 7.0;
    p = p * z + 1.0 / 5.0;
    p = p * z + 1.0 / 3.0;
    const double half_square = 0.5 * f * f;
    // log(m) = f - f^2/2 + s (f^2/2 + 2 z p): the small terms first
    const double tail = s * (half_square + 2.0 * z * p);
    return k * detail::ln2_upper - ((half_square - (tail + k * detail::ln2_lower)) - f);
}

struct SineCosine {
    double sine, cosine;
};

/// sin and cos of 2 pi u for |u| <= 2^20 (turns, so that the reduction is exact).
inline SineCosine sine_cosine_turns(double u) {
    const double quarter = (u * 4.0 + detail::round_shift) - detail::round_shift;
    const auto quadrant = std::bit_cast<std::uint64_t>(u * 4.0 + detail::round_shift);
    const double t = (u - quarter * 0.25) * 6.283185307179586476925286766559; // |t| <= pi/4
    const double z = t * t;
    double s = -1.0 / 1307674368000.0;
    s = s * z + 1.0 / 6227020800.0;
    s = s * z - 1.0 / 39916800.0;
    s = s * z + 1.0 / 362880.0;
    s = s * z - 1.0 / 5040.0;
    s = s * z + 1.0 / 120.0;
    s = s * z - 1.0 / 6.0;
    s = t + t * (z * s);
    double c = 1.0 / 20922789888000.0;
    c = c * z - 1.0 / 87178291200.0;
    c = c * z + 1.0 / 479001600.0;
    c = c * z - 1.0 / 3628800.0;
    c = c * z + 1.0 / 40320.0;
    c = c * z - 1.0 / 720.0;
    c = c * z + 1.0 / 24.0;
    c = 1.0 - (0.5 * z - z * z * c);
    const bool swap = (quadrant & 1U) != 0;
    const double sine = swap ? c : s;
    const double cosine = swap ? s : c;
    // signs by quadrant: sine is negative in 2 and 3, cosine in 1 and 2
    const std::uint64_t sine_sign = (quadrant & 2U) << 62U;
    const std::uint64_t cosine_sign = ((quadrant + 1U) & 2U) << 62U;
    return {std::bit_cast<double>(std::bit_cast<std::uint64_t>(sine) ^ sine_sign),
            std::bit_cast<double>(std::bit_cast<std::uint64_t>(cosine) ^ cosine_sign)};
}

} // namespace equipoise::elementary
