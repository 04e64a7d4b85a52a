#include "equipoise/elementary/clones.hpp"
#include "equipoise/elementary/single.hpp"
#include "equipoise/random/stream.hpp"
#include "equipoise/util/cache_line.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <utility>

namespace equipoise::random {

namespace {

constexpr std::size_t pairs = block_size / 2;
using Words = std::array<std::uint64_t, pairs>;
using HalfWords = std::array<std::uint32_t, 2 * pairs>;

constexpr std::uint32_t sign = std::uint32_t{1} << 31U;

inline double with_sign(float x, std::uint32_t bits) {
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) ^ (bits & sign));
}

/// As box_muller of normals.cpp.
EQUIPOISE_CLONES
void single_box_muller(const std::uint32_t* __restrict first,
                       const std::uint32_t* __restrict second, double* __restrict xi,
                       double* __restrict eta) {
    for (std::size_t i = 0; i < pairs; ++i) {
        // Signed: processors without AVX-512 have no conversion from unsigned integers.
        const auto k = static_cast<float>(static_cast<std::int32_t>(first[i] >> 1U));
        const float u = std::fma(k, 0x1p-31F, 0x1p-32F);
        const float radius = std::sqrt(-elementary::logarithm(u));
        const float quarter_to_half = std::bit_cast<float>((second[i] & 0x007fffffU) | 0x3e800000U);
        const auto [s, c] = elementary::sine_cosine_eighth(quarter_to_half - 0.375F);
        xi[i] = with_sign(radius * (c - s), second[i]);
        eta[i] = with_sign(radius * (c + s), first[i] << 31U);
    }
}

/// The halves of 64-bit words, the lower one first.
HalfWords halves(const Words& words) {
    auto result = std::bit_cast<HalfWords>(words);
    if constexpr (std::endian::native == std::endian::big) {
        for (std::size_t i = 0; i < result.size(); i += 2) {
            std::swap(result[i], result[i + 1]);
        }
    }
    return result;
}

} // namespace

void single_normals(const Stream& stream, std::uint64_t block, std::uint64_t step,
                    std::span<double, block_size> xi) {
    alignas(cache_line) Words bits;
    half_words(stream, block, step, bits);
    alignas(cache_line) const HalfWords both = halves(bits);
    single_box_muller(both.data(), both.data() + pairs, xi.data(), xi.data() + pairs);
}

} // namespace equipoise::random
