#include "equipoise/random/paths.hpp"
#include "equipoise/random/stream.hpp"

#include <Random123/philox.h>

#include <bit>
#include <vector>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuninitialized" // GCC 12 warns of its own intrinsics
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#endif

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

void fill_uniforms_portable(const Counter& counter, double* __restrict first,
                            double* __restrict second) {
    for (std::uint32_t i = 0; i < pairs; ++i) {
        const Bits bits = philox(counter, i);
        first[i] = to_uniform(bits.first);
        second[i] = to_uniform(bits.second);
    }
}

#if defined(__x86_64__) && defined(__GNUC__)

// The same with the instruction that multiplies the low halves of 64-bit lanes, which GCC 12 does
// not find in the code above: it multiplies 64 by 64 bits, at three times the cost. What stands in
// the high halves of c0 ... c3 does not matter until the end.

__attribute__((target("avx512f"))) void
fill_uniforms_avx512(const Counter& counter, double* __restrict first, double* __restrict second) {
    const __m512i m0 = _mm512_set1_epi64(PHILOX_M4x32_0);
    const __m512i m1 = _mm512_set1_epi64(PHILOX_M4x32_1);
    const __m512i low = _mm512_set1_epi64(0xffffffff);
    const __m512i one = _mm512_set1_epi64(0x3ff0000000000000);
    const __m512d shift = _mm512_set1_pd(1.0 - 0x1p-53);
    const __m512i lane = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
    constexpr int exclusive_or = 0x96; // of three
    constexpr int choose = 0xca;       // first ? second : third, bit by bit
    for (std::uint32_t i = 0; i < pairs; i += 8) {
        __m512i c0 = _mm512_add_epi64(_mm512_set1_epi64(counter.first_pair + i), lane);
        __m512i c1 = _mm512_set1_epi64(counter.upper);
        __m512i c2 = _mm512_set1_epi64(counter.step_lower);
        __m512i c3 = _mm512_set1_epi64(counter.step_upper);
        std::uint32_t k0 = counter.key_lower;
        std::uint32_t k1 = counter.key_upper;
        for (int round = 0; round < 10; ++round) {
            const __m512i p0 = _mm512_mul_epu32(c0, m0);
            const __m512i p1 = _mm512_mul_epu32(c2, m1);
            c0 = _mm512_ternarylogic_epi64(_mm512_srli_epi64(p1, 32), c1, _mm512_set1_epi64(k0),
                                           exclusive_or);
            c1 = p1;
            c2 = _mm512_ternarylogic_epi64(_mm512_srli_epi64(p0, 32), c3, _mm512_set1_epi64(k1),
                                           exclusive_or);
            c3 = p0;
            k0 += PHILOX_W32_0;
            k1 += PHILOX_W32_1;
        }
        const auto store = [&](__m512i lower, __m512i upper, double* u)
            __attribute__((target("avx512f"), always_inline)) {
            const __m512i bits =
                _mm512_ternarylogic_epi64(low, lower, _mm512_slli_epi64(upper, 32), choose);
            const __m512i in_one_two = _mm512_or_si512(_mm512_srli_epi64(bits, 12), one);
            _mm512_storeu_pd(u, _mm512_sub_pd(_mm512_castsi512_pd(in_one_two), shift));
        };
        store(c0, c1, first + i);
        store(c2, c3, second + i);
    }
}

__attribute__((target("avx2"))) void
fill_uniforms_avx2(const Counter& counter, double* __restrict first, double* __restrict second) {
    const __m256i m0 = _mm256_set1_epi64x(PHILOX_M4x32_0);
    const __m256i m1 = _mm256_set1_epi64x(PHILOX_M4x32_1);
    const __m256i one = _mm256_set1_epi64x(0x3ff0000000000000);
    const __m256d shift = _mm256_set1_pd(1.0 - 0x1p-53);
    const __m256i lane = _mm256_set_epi64x(3, 2, 1, 0);
    constexpr int odd_words = 0xaa;
    for (std::uint32_t i = 0; i < pairs; i += 4) {
        __m256i c0 = _mm256_add_epi64(_mm256_set1_epi64x(counter.first_pair + i), lane);
        __m256i c1 = _mm256_set1_epi64x(counter.upper);
        __m256i c2 = _mm256_set1_epi64x(counter.step_lower);
        __m256i c3 = _mm256_set1_epi64x(counter.step_upper);
        std::uint32_t k0 = counter.key_lower;
        std::uint32_t k1 = counter.key_upper;
        for (int round = 0; round < 10; ++round) {
            const __m256i p0 = _mm256_mul_epu32(c0, m0);
            const __m256i p1 = _mm256_mul_epu32(c2, m1);
            c0 = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(p1, 32), c1),
                                  _mm256_set1_epi64x(k0));
            c1 = p1;
            c2 = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(p0, 32), c3),
                                  _mm256_set1_epi64x(k1));
            c3 = p0;
            k0 += PHILOX_W32_0;
            k1 += PHILOX_W32_1;
        }
        const auto store = [&](__m256i lower, __m256i upper, double* u)
            __attribute__((target("avx2"), always_inline)) {
            const __m256i bits = _mm256_blend_epi32(lower, _mm256_slli_epi64(upper, 32), odd_words);
            const __m256i in_one_two = _mm256_or_si256(_mm256_srli_epi64(bits, 12), one);
            _mm256_storeu_pd(u, _mm256_sub_pd(_mm256_castsi256_pd(in_one_two), shift));
        };
        store(c0, c1, first + i);
        store(c2, c3, second + i);
    }
}

#endif

using FillUniforms = void (*)(const Counter&, double*, double*);

/// What this processor can run, the widest first.
std::vector<FillUniforms> usable_paths() {
    std::vector<FillUniforms> paths;
#if defined(__x86_64__) && defined(__GNUC__)
    if (__builtin_cpu_supports("avx512f") != 0) {
        paths.push_back(fill_uniforms_avx512);
    }
    if (__builtin_cpu_supports("avx2") != 0) {
        paths.push_back(fill_uniforms_avx2);
    }
#endif
    paths.push_back(fill_uniforms_portable);
    return paths;
}

const std::vector<FillUniforms>& paths() {
    static const std::vector<FillUniforms> all = usable_paths();
    return all;
}

} // namespace

std::size_t path_count() {
    return paths().size();
}

void uniforms_by_path(std::size_t path, const Stream& stream, std::uint64_t block,
                      std::uint64_t step, std::span<double, block_size> u) {
    paths()[path](Counter(stream, block, step), u.data(), u.data() + pairs);
}

void uniforms(const Stream& stream, std::uint64_t block, std::uint64_t step,
              std::span<double, block_size> u) {
    uniforms_by_path(0, stream, block, step, u);
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
