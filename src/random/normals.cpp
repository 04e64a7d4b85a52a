#include "equipoise/elementary/clones.hpp"
#include "equipoise/elementary/functions.hpp"
#include "equipoise/random/stream.hpp"

#include <Random123/philox.h>

#include <bit>
#include <cmath>

namespace equipoise::random {

namespace {

constexpr std::size_t pairs = block_size / 2;

/// The parts of the counter that all pairs of a block share, and the key.
struct Counter {
    std::uint32_t first_pair, upper, step_lower, step_upper, key_lower, key_upper;

    Counter(const Stream& stream, std::uint64_t block, std::uint64_t step)
        : first_pair(static_cast<std::uint32_t>(block * pairs)),
          upper(static_cast<std::uint32_t>(((block * pairs) >> 32U) & 0xffffU) |
                (static_cast<std::uint32_t>(stream.population) << 16U)),
          step_lower(static_cast<std::uint32_t>(step)),
          step_upper(static_cast<std::uint32_t>((step >> 32U) & 0xffffffU) |
                     (static_cast<std::uint32_t>(stream.purpose) << 24U)),
          key_lower(static_cast<std::uint32_t>(stream.seed)),
          key_upper(static_cast<std::uint32_t>(stream.seed >> 32U)) {}
};

struct Bits {
    std::uint64_t first, second;
};

/// Philox4x32-10 as in Random123, written over values so that a loop over pairs vectorises. The
/// unit tests hold it against random_bits().
inline Bits philox(const Counter& counter, std::uint32_t pair) {
    std::uint64_t c0 = counter.first_pair + pair; // each in the low half of a 64-bit lane
    std::uint64_t c1 = counter.upper;
    std::uint64_t c2 = counter.step_lower;
    std::uint64_t c3 = counter.step_upper;
    std::uint32_t k0 = counter.key_lower;
    std::uint32_t k1 = counter.key_upper;
    constexpr std::uint64_t low = 0xffffffffU;
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t p0 = (c0 & low) * PHILOX_M4x32_0;
        const std::uint64_t p1 = (c2 & low) * PHILOX_M4x32_1;
        c0 = (p1 >> 32U) ^ c1 ^ k0;
        c1 = p1 & low;
        c2 = (p0 >> 32U) ^ c3 ^ k1;
        c3 = p0 & low;
        k0 += PHILOX_W32_0;
        k1 += PHILOX_W32_1;
    }
    return {(c0 & low) | (c1 << 32U), (c2 & low) | (c3 << 32U)};
}

/// The upper 52 bits as an odd multiple of 2^-53: in (0, 1), never an end.
inline double to_uniform(std::uint64_t bits) {
    return std::bit_cast<double>((bits >> 12U) | 0x3ff0000000000000ULL) - (1.0 - 0x1p-53);
}

EQUIPOISE_CLONES
void fill_uniforms(const Counter& counter, double* __restrict first, double* __restrict second) {
    for (std::uint32_t i = 0; i < pairs; ++i) {
        const Bits bits = philox(counter, i);
        first[i] = to_uniform(bits.first);
        second[i] = to_uniform(bits.second);
    }
}

EQUIPOISE_CLONES
void box_muller(double* __restrict first, double* __restrict second) {
    for (std::size_t i = 0; i < pairs; ++i) {
        const double radius = std::sqrt(-2.0 * elementary::logarithm(first[i]));
        const auto [sine, cosine] = elementary::sine_cosine_turns(second[i]);
        first[i] = radius * cosine;
        second[i] = radius * sine;
    }
}

} // namespace

void uniforms(const Stream& stream, std::uint64_t block, std::uint64_t step,
              std::span<double, block_size> u) {
    fill_uniforms(Counter(stream, block, step), u.data(), u.data() + pairs);
}

void normals(const Stream& stream, std::uint64_t block, std::uint64_t step,
             std::span<double, block_size> xi) {
    uniforms(stream, block, step, xi);
    box_muller(xi.data(), xi.data() + pairs);
}

void random_bits(const Stream& stream, std::uint64_t block, std::uint64_t step, std::size_t pair,
                 std::span<std::uint64_t, 2> bits) {
    const Counter counter(stream, block, step);
    const r123::Philox4x32::ctr_type words =
        r123::Philox4x32()({{counter.first_pair + static_cast<std::uint32_t>(pair), counter.upper,
                             counter.step_lower, counter.step_upper}},
                           {{counter.key_lower, counter.key_upper}});
    bits[0] = words[0] | (static_cast<std::uint64_t>(words[1]) << 32U);
    bits[1] = words[2] | (static_cast<std::uint64_t>(words[3]) << 32U);
}

} // namespace equipoise::random
