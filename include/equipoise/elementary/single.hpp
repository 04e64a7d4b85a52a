#pragma once

#include "equipoise/elementary/functions.hpp"

#include <bit>
#include <cmath>
#include <cstdint>

/// The functions that normals need in single precision, under the rules of functions.hpp: bits that
/// depend on the argument alone, branch-free. The polynomials are within 2^-28 before rounding.
/// Largest errors measured (tests/unit/elementary), in units in the last place of a float:
/// logarithm 1.7 in (0, 1], sine_cosine_eighth 1.7.
namespace equipoise::elementary {

/// Natural logarithm of a positive normal number, as that of a double.
inline float logarithm(float x) {
    constexpr std::uint32_t sqrt_half = 0x3f3504f3U;
    constexpr std::uint32_t mantissa = 0x007fffffU;
    constexpr std::uint32_t one = 0x3f800000U;
    const std::uint32_t shifted = std::bit_cast<std::uint32_t>(x) + (one - sqrt_half);
    const auto k = static_cast<float>(static_cast<std::int32_t>(shifted >> 23U) - 127);
    const float m = std::bit_cast<float>((shifted & mantissa) + sqrt_half);
    const float f = m - 1.0F;
    const float s = f / (2.0F + f);
    const float z = s * s;
    float p = std::fma(0x1.2ee628p-2F, z, 0x1.997c30p-2F);
    p = std::fma(p, z, 0x1.55555cp-1F);
    return std::fma(k, 0x1.62e430p-1F, std::fma(s * z, p, s + s));
}

struct SingleSineCosine {
    float sine, cosine;
};

/// sin and cos of 2 pi t for |t| <= 1/8.
inline SingleSineCosine sine_cosine_eighth(float t) {
    const float z = t * t;
    float s = std::fma(-0x1.2d9b40p+6F, z, 0x1.465ec4p+6F);
    s = std::fma(s, z, -0x1.4abbbap+5F);
    s = std::fma(s, z, 0x1.921fb6p+2F);
    float c = std::fma(0x1.db6380p+5F, z, -0x1.55cb94p+6F);
    c = std::fma(c, z, 0x1.03c1eap+6F);
    c = std::fma(c, z, -0x1.3bd3ccp+4F);
    return {t * s, std::fma(c, z, 1.0F)};
}

} // namespace equipoise::elementary
