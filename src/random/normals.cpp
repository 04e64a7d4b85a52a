#include "equipoise/elementary/clones.hpp"
#include "equipoise/elementary/functions.hpp"
#include "equipoise/random/paths.hpp"
#include "equipoise/random/stream.hpp"
#include "equipoise/util/cache_line.hpp"

#include <array>
#include <bit>
#include <cmath>

namespace equipoise::random {

namespace {

constexpr std::size_t pairs = block_size / 2;
using Words = std::array<std::uint64_t, block_size>;

constexpr std::uint64_t sign = std::uint64_t{1} << 63U;

/// The lower 52 bits over 2^52, in [1, 2).
inline double one_to_two(std::uint64_t bits) {
    return std::bit_cast<double>((bits & 0x000fffffffffffffU) | 0x3ff0000000000000U);
}

/// The same over 2^54, in [1/4, 1/2).
inline double quarter_to_half(std::uint64_t bits) {
    return std::bit_cast<double>((bits & 0x000fffffffffffffU) | 0x3fd0000000000000U);
}

/// An odd multiple of 2^-53: in (0, 1), never an end.
inline double to_uniform(std::uint64_t bits) {
    return one_to_two(bits) - (1.0 - 0x1p-53);
}

inline double with_sign(double x, std::uint64_t bits) {
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(x) ^ (bits & sign));
}

EQUIPOISE_CLONES
void to_uniforms(const std::uint64_t* __restrict bits, double* __restrict u) {
    for (std::size_t i = 0; i < block_size; ++i) {
        u[i] = to_uniform(bits[i]);
    }
}

/// The angle is 1/8 + t turns with t in [-1/8, 1/8), its quadrant is two signs. With s, c = sin,
/// cos of 2 pi t, the sine and cosine of the angle are (c + s) / sqrt(2) and (c - s) / sqrt(2).
EQUIPOISE_CLONES
void box_muller(const std::uint64_t* __restrict first, const std::uint64_t* __restrict second,
                double* __restrict xi, double* __restrict eta) {
    // Strip by strip in three loops, which keep more pairs in the air than one. The third is a long
    // one: of so many pairs as two registers hold, each part is done before the next.
    constexpr std::size_t strip = 64;
    constexpr std::size_t group = 16;
    static_assert(pairs % strip == 0 && strip % group == 0);
    double k[strip];
    double s_or_square[strip];
    for (std::size_t begin = 0; begin < pairs; begin += strip) {
        for (std::size_t l = 0; l < strip; ++l) {
            const auto parts = elementary::split_logarithm(to_uniform(first[begin + l]));
            k[l] = parts.k;
            s_or_square[l] = parts.s;
        }
        for (std::size_t l = 0; l < strip; ++l) {
            s_or_square[l] =
                -elementary::logarithm(elementary::SplitLogarithm{k[l], s_or_square[l]});
        }
        for (std::size_t from = 0; from < strip; from += group) {
            double radius[group];
            double sine[group];
            double cosine[group];
            const std::size_t at = begin + from;
            for (std::size_t l = 0; l < group; ++l) {
                radius[l] = std::sqrt(s_or_square[from + l]);
            }
            for (std::size_t l = 0; l < group; ++l) {
                const auto [s, c] =
                    elementary::sine_cosine_eighth(quarter_to_half(second[at + l]) - 0.375);
                sine[l] = s;
                cosine[l] = c;
            }
            for (std::size_t l = 0; l < group; ++l) {
                const std::uint64_t bits = second[at + l];
                xi[at + l] = with_sign(radius[l] * (cosine[l] - sine[l]), bits);
                eta[at + l] = with_sign(radius[l] * (cosine[l] + sine[l]), bits << 1U);
            }
        }
    }
}

} // namespace

void normals(const Stream& stream, std::uint64_t block, std::uint64_t step,
             std::span<double, block_size> xi) {
    alignas(cache_line) Words bits;
    words(stream, block, step, bits);
    box_muller(bits.data(), bits.data() + pairs, xi.data(), xi.data() + pairs);
}

void uniforms(const Stream& stream, std::uint64_t block, std::uint64_t step,
              std::span<double, block_size> u) {
    alignas(cache_line) Words bits;
    words(stream, block, step, bits);
    to_uniforms(bits.data(), u.data());
}

} // namespace equipoise::random
