#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

/// Elementary functions whose bits depend on nothing but the argument: not on the position in an
/// array, the SIMD width, the C library or the machine. They are branch-free, use only correctly
/// rounded operations (+ - * / sqrt and the fused multiply-add, which is written out), and are
/// meant to be inlined into loops that the compiler vectorises (compile with -ffp-contract=off
/// -fno-math-errno -fno-trapping-math). A processor without fused multiply-adds gives the same bits
/// by the C library's fma, slowly.
///
/// The polynomials interpolate at Chebyshev's nodes, so that their errors are spread evenly, with
/// coefficients rounded to double; "within" below is their largest relative error before rounding.
///
/// Largest errors measured (tests/unit/elementary), in units in the last place: exponential 1.0,
/// exponential_minus_one 2.0, hyperbolic_tangent 2.7, logarithm 2.1, sine_cosine_turns 1.9.
namespace equipoise::elementary {

namespace detail {

constexpr double round_shift =
    0x1.8p52; ///< x + this - this rounds |x| < 2^51 to the nearest integer
/// Likewise, and the low bits of the shifted sum hold the integer + 1023: moved up by 52 bits they
/// are 2^integer.
constexpr double exponent_shift = round_shift + 1023.0;
constexpr double ln2 = 0x1.62e42fefa39efp-1;
constexpr double ln2_rest = 0x1.abc9e3b39803fp-56; ///< ln(2) - ln2
constexpr double log2e = 0x1.71547652b82fep0;

/// The polynomial in x with these coefficients, the highest power's first, by Horner's rule.
/// Written without a loop: the loops around it must be the innermost ones to be vectorised.
template <class... Coefficients>
inline double polynomial(double x, double highest, Coefficients... others) {
    double p = highest;
    ((p = std::fma(p, x, others)), ...);
    return p;
}

} // namespace detail

/// expm1(r) for |r| <= ln(2)/2, within 2^-58.
inline double expm1_reduced(double r) {
    const double p = detail::polynomial(
        r, 0x1.1f66df7fca49fp-29, 0x1.af38a9b0ec855p-26, 0x1.27e4e1f48534fp-22,
        0x1.71de0dae63bb3p-19, 0x1.a01a01a47b054p-16, 0x1.a01a01a7c41d5p-13, 0x1.6c16c16c167e1p-10,
        0x1.11111111109b3p-7, 0x1.5555555555555p-5, 0x1.5555555555556p-3, 0.5);
    return std::fma(r * r, p, r);
}

/// exp(x) = scale exp(rest) with scale a power of two and |rest| <= ln(2)/2, for |x| <= 708. A loop
/// over many arguments is faster as several, as for the hyperbolic tangent.
struct SplitExponent {
    double scale, rest;
};

inline SplitExponent split_exponent(double x) {
    const double shifted = std::fma(x, detail::log2e, detail::exponent_shift);
    const double n = shifted - detail::exponent_shift;
    const double r = std::fma(n, -detail::ln2_rest, std::fma(n, -detail::ln2, x));
    return {std::bit_cast<double>(std::bit_cast<std::uint64_t>(shifted) << 52U), r};
}

/// exp(x) for |x| <= 708; beyond, the value at the end of that range. NaN stays NaN.
inline double exponential(double x) {
    x = x < -708.0 ? -708.0 : x;
    x = x > 708.0 ? 708.0 : x;
    const auto [scale, rest] = split_exponent(x);
    return std::fma(scale, expm1_reduced(rest), scale);
}

/// exp(x) - 1 for |x| <= 708, exact to rounding near 0; beyond, the value at the end of that range.
inline double exponential_minus_one(double x) {
    x = x < -708.0 ? -708.0 : x;
    x = x > 708.0 ? 708.0 : x;
    const auto [scale, rest] = split_exponent(x);
    return std::fma(scale, expm1_reduced(rest), scale - 1.0);
}

/// exp(-2 |x|) / 2 = scale exp(-2 rest), scale a power of two, |rest| <= ln(2) / 4, for the next
/// function; |x| > 22 as 22. NaN stays NaN.
struct SplitDecay {
    double scale, rest;
};

inline SplitDecay split_decay(double x) {
    constexpr double shift = detail::exponent_shift - 1.0;
    double a = std::abs(x);
    a = a > 22.0 ? 22.0 : a; // tanh(22) is 1 in double precision
    // As split_exponent; what the rest of ln(2) would add is below 2^-55 of tanh.
    const double shifted = std::fma(a, -2.0 * detail::log2e, shift);
    const double r = std::fma(shifted - shift, 0.5 * detail::ln2, a);
    return {std::bit_cast<double>(std::bit_cast<std::uint64_t>(shifted) << 52U), r};
}

/// tanh|x|, never beyond 1, from split_decay(x). With r the rest, q = r coth(r), an even function
/// near 1, and p = q - r, exp(-2 r) = p / (q + r), hence
///   tanh|x| = (r - (scale - 1/2) p) / (r + (scale + 1/2) p),
/// where p, all that a polynomial gives, hardly matters: an error of it is multiplied by at most
/// tanh|x|. A loop over many x is faster as three, for the parts, for this and for the sign: a
/// processor looks ahead over more of them when each waits less.
inline double hyperbolic_tangent(const SplitDecay& decay) {
    const double r = decay.rest;
    const double z = r * r;
    const double excess = // (q - 1) / r^2, so that q is within 2^-57
        detail::polynomial(z, 0x1.63f262586d051p-16, -0x1.bbd53204bb10fp-13, 0x1.1566ab5c0cca8p-9,
                           -0x1.6c16c16c0abe6p-6, 0x1.5555555555553p-2);
    const double p = std::fma(z, excess, 1.0 - r);
    return std::fma(decay.scale - 0.5, -p, r) / std::fma(decay.scale + 0.5, p, r);
}

/// tanh(x), odd to the last bit. NaN stays NaN.
inline double hyperbolic_tangent(double x) {
    return std::copysign(hyperbolic_tangent(split_decay(x)), x);
}

/// log(x) = k ln(2) + 2 atanh(s), for the next function.
struct SplitLogarithm {
    double k, s;
};

/// Of a positive normal number m 2^k with m in [sqrt(1/2), sqrt(2)): s = (m - 1)/(m + 1).
inline SplitLogarithm split_logarithm(double x) {
    constexpr std::uint64_t sqrt_half = 0x3fe6a09e667f3bcdULL;
    constexpr std::uint64_t mantissa = 0x000fffffffffffffULL;
    const std::uint64_t shifted =
        std::bit_cast<std::uint64_t>(x) + (0x3ff0000000000000ULL - sqrt_half);
    // exponent as a double without an integer conversion: AVX2 has none for 64 bits
    const double k =
        std::bit_cast<double>((shifted >> 52U) | 0x4330000000000000ULL) - (0x1p52 + 1023.0);
    const double m = std::bit_cast<double>((shifted & mantissa) + sqrt_half);
    const double f = m - 1.0;
    return {k, f / (2.0 + f)};
}

/// Natural logarithm from its parts, by a polynomial in s^2 within 2^-57. A loop over many
/// arguments is faster as two, as for the hyperbolic tangent.
inline double logarithm(const SplitLogarithm& parts) {
    const double s = parts.s;
    const double z = s * s;
    const double p = detail::polynomial(
        z, 0x1.2b5900de53b32p-3, 0x1.39fe51a7c18f9p-3, 0x1.7462b51cb66b1p-3, 0x1.c71c62e3f11e6p-3,
        0x1.2492492df281ap-2, 0x1.99999999952d7p-2, 0x1.5555555555558p-1);
    return std::fma(parts.k, detail::ln2, std::fma(s * z, p, s + s));
}

/// Natural logarithm of a positive normal number.
inline double logarithm(double x) {
    return logarithm(split_logarithm(x));
}

struct SineCosine {
    double sine, cosine;
};

/// sin and cos of 2 pi t for |t| <= 1/8; polynomials in t^2 within 2^-55.
inline SineCosine sine_cosine_eighth(double t) {
    const double z = t * t;
    const double s = detail::polynomial(
        z, 0x1.e4a9bd16ce9f7p+1, -0x1.e3027dab81c1dp+3, 0x1.50783208533c5p+5, -0x1.32d2cce50019dp+6,
        0x1.466bc6775a476p+6, -0x1.4abbce625be52p+5, 6.283185307179586476925286766559);
    const double c = detail::polynomial(
        z, -0x1.b2f3d15e072b2p+0, 0x1.f9ce24161feb0p+2, -0x1.a6d1eef43193ep+4, 0x1.e1f5068688925p+5,
        -0x1.55d3c7e3cb23fp+6, 0x1.03c1f081b5ac0p+6, -0x1.3bd3cc9be45dep+4, 1.0);
    return {t * s, c};
}

/// sin and cos of 2 pi u for |u| <= 2^20 (turns, so that the reduction is exact).
inline SineCosine sine_cosine_turns(double u) {
    const double shifted = std::fma(u, 4.0, detail::round_shift);
    const auto quadrant = std::bit_cast<std::uint64_t>(shifted);
    const auto [s, c] = sine_cosine_eighth(std::fma(shifted - detail::round_shift, -0.25, u));
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
