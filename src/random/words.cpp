#include "equipoise/random/paths.hpp"
#include "equipoise/random/stream.hpp"

#include <Random123/philox.h>

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

/// The first of the counters of a block, all of which share all but the first word, and the key.
struct Counter {
    std::uint32_t first, upper, step_lower, step_upper, key_lower, key_upper;

    /// A block has so many.
    Counter(const Stream& stream, std::uint64_t block, std::uint64_t step, std::size_t count)
        : first(static_cast<std::uint32_t>(block * count)),
          upper(static_cast<std::uint32_t>(((block * count) >> 32U) & 0xffffU) |
                (static_cast<std::uint32_t>(stream.population) << 16U)),
          step_lower(static_cast<std::uint32_t>(step)),
          step_upper(static_cast<std::uint32_t>((step >> 32U) & 0xffffffU) |
                     (static_cast<std::uint32_t>(stream.purpose) << 24U)),
          key_lower(static_cast<std::uint32_t>(stream.seed)),
          key_upper(static_cast<std::uint32_t>(stream.seed >> 32U)) {}
};

/// What the ten rounds of Philox4x32-10 start from and the round keys, each 32-bit word in the low
/// half of a 64-bit lane. Only one word of the counter varies within a block, so that most of the
/// first two rounds is the same for all pairs and is done here once. With the multipliers m0, m1
/// and hi, lo the halves of a product, for the counter (pair, upper, step_lower, step_upper):
///   a = hi(m0 pair) ^ first                              the third word after one round
///   (hi(m1 a) ^ second, lo(m1 a), lo(m0 pair) ^ third, fourth)      after two
struct Rounds {
    static constexpr int left = 8; ///< rounds to do
    std::uint64_t first, second, third, fourth;
    std::uint64_t key_lower[left], key_upper[left];

    explicit Rounds(const Counter& counter) {
        const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
        const auto high = [](std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32U); };
        std::uint32_t k0 = counter.key_lower;
        std::uint32_t k1 = counter.key_upper;
        const std::uint64_t p1 = std::uint64_t{PHILOX_M4x32_1} * counter.step_lower;
        const std::uint32_t c0 = high(p1) ^ counter.upper ^ k0;
        const std::uint32_t c1 = low(p1);
        first = counter.step_upper ^ k1;
        k0 += PHILOX_W32_0;
        k1 += PHILOX_W32_1;
        const std::uint64_t p0 = std::uint64_t{PHILOX_M4x32_0} * c0;
        second = c1 ^ k0;
        third = high(p0) ^ k1;
        fourth = low(p0);
        for (int round = 0; round < left; ++round) {
            k0 += PHILOX_W32_0;
            k1 += PHILOX_W32_1;
            key_lower[round] = k0;
            key_upper[round] = k1;
        }
    }
};

void fill_words_portable(const Counter& counter, std::size_t count, std::uint64_t* __restrict first,
                         std::uint64_t* __restrict second) {
    const Rounds rounds(counter);
    constexpr std::uint64_t low = 0xffffffffU;
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint64_t product =
            std::uint64_t{PHILOX_M4x32_0} * std::uint32_t{counter.first + i};
        const std::uint64_t p = ((product >> 32U) ^ rounds.first) * PHILOX_M4x32_1;
        std::uint64_t c0 = (p >> 32U) ^ rounds.second;
        std::uint64_t c1 = p & low;
        std::uint64_t c2 = (product & low) ^ rounds.third;
        std::uint64_t c3 = rounds.fourth;
        for (int round = 0; round < Rounds::left; ++round) {
            const std::uint64_t p0 = c0 * PHILOX_M4x32_0;
            const std::uint64_t p1 = c2 * PHILOX_M4x32_1;
            c0 = (p1 >> 32U) ^ c1 ^ rounds.key_lower[round];
            c1 = p1 & low;
            c2 = (p0 >> 32U) ^ c3 ^ rounds.key_upper[round];
            c3 = p0 & low;
        }
        first[i] = c0 | (c1 << 32U);
        second[i] = c2 | (c3 << 32U);
    }
}

#if defined(__x86_64__) && defined(__GNUC__)

// The same with the instruction that multiplies the low halves of 64-bit lanes, which GCC 12 does
// not find in the code above: it multiplies 64 by 64 bits, at three times the cost. What stands in
// the high halves of c0 ... c3 does not matter until the end. A round is a chain of dependent
// instructions: several groups of counters side by side keep the processor busy.

__attribute__((target("avx512f"))) __m512i lanes512(std::uint64_t x) {
    return _mm512_set1_epi64(static_cast<long long>(x));
}

__attribute__((target("avx512f"))) void fill_words_avx512(const Counter& counter, std::size_t count,
                                                          std::uint64_t* __restrict first,
                                                          std::uint64_t* __restrict second) {
    const Rounds rounds(counter);
    constexpr std::size_t width = 8;
    constexpr std::size_t groups = 8;
    constexpr int exclusive_or = 0x96;          // of three
    constexpr int exclusive_or_with_and = 0x78; // of the first with both others' common bits
    const __m512i m0 = lanes512(PHILOX_M4x32_0);
    const __m512i m1 = lanes512(PHILOX_M4x32_1);
    const __m512i low = lanes512(0xffffffffU);
    __m512i pair =
        _mm512_add_epi64(lanes512(counter.first), _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0));
    for (std::size_t i = 0; i < count; i += width * groups) {
        __m512i c0[groups];
        __m512i c1[groups];
        __m512i c2[groups];
        __m512i c3[groups];
        for (std::size_t g = 0; g < groups; ++g) {
            const __m512i product = _mm512_mul_epu32(pair, m0);
            pair = _mm512_add_epi64(pair, lanes512(width));
            c1[g] = _mm512_mul_epu32(
                _mm512_xor_si512(_mm512_srli_epi64(product, 32), lanes512(rounds.first)), m1);
            c0[g] = _mm512_xor_si512(_mm512_srli_epi64(c1[g], 32), lanes512(rounds.second));
            c2[g] = _mm512_xor_si512(product, lanes512(rounds.third));
            c3[g] = lanes512(rounds.fourth);
        }
        constexpr int last = Rounds::left - 1;
        for (int round = 0; round < last; ++round) {
            const __m512i k0 = lanes512(rounds.key_lower[round]);
            const __m512i k1 = lanes512(rounds.key_upper[round]);
            for (std::size_t g = 0; g < groups; ++g) {
                const __m512i p0 = _mm512_mul_epu32(c0[g], m0);
                const __m512i p1 = _mm512_mul_epu32(c2[g], m1);
                c0[g] =
                    _mm512_ternarylogic_epi64(_mm512_srli_epi64(p1, 32), c1[g], k0, exclusive_or);
                c1[g] = p1;
                c2[g] =
                    _mm512_ternarylogic_epi64(_mm512_srli_epi64(p0, 32), c3[g], k1, exclusive_or);
                c3[g] = p0;
            }
        }
        // The products of the last round with their halves exchanged are the words of the output,
        // but for what is still added to the lower ones.
        const __m512i k0 = lanes512(rounds.key_lower[last]);
        const __m512i k1 = lanes512(rounds.key_upper[last]);
        const auto word = [low](__m512i product, __m512i other, __m512i key)
            __attribute__((target("avx512f"), always_inline)) {
            const __m512i exchanged = _mm512_shuffle_epi32(product, _MM_PERM_CDAB);
            return _mm512_xor_si512(
                _mm512_ternarylogic_epi64(exchanged, other, low, exclusive_or_with_and), key);
        };
        for (std::size_t g = 0; g < groups; ++g) {
            _mm512_storeu_si512(first + i + width * g,
                                word(_mm512_mul_epu32(c2[g], m1), c1[g], k0));
            _mm512_storeu_si512(second + i + width * g,
                                word(_mm512_mul_epu32(c0[g], m0), c3[g], k1));
        }
    }
}

__attribute__((target("avx2"))) __m256i lanes256(std::uint64_t x) {
    return _mm256_set1_epi64x(static_cast<long long>(x));
}

/// A round of four counters. In assembly, since it is by the registers that it stands or falls: of
/// four groups all sixteen, with the multipliers and keys read where they are used. GCC keeps those
/// in registers and has the words in memory, a quarter slower.
__attribute__((target("avx2"), always_inline)) inline void
round_avx2(__m256i& c0, __m256i& c1, __m256i& c2, __m256i& c3, const __m256i& m0, const __m256i& m1,
           const __m256i& k0, const __m256i& k1) {
    __m256i high;
    asm("vpmuludq %[m0], %[c0], %[c0]\n\t"
        "vpmuludq %[m1], %[c2], %[c2]\n\t"
        "vpxor %[k0], %[c1], %[c1]\n\t"
        "vpxor %[k1], %[c3], %[c3]\n\t"
        "vpsrlq $32, %[c2], %[high]\n\t"
        "vpxor %[high], %[c1], %[c1]\n\t"
        "vpsrlq $32, %[c0], %[high]\n\t"
        "vpxor %[high], %[c3], %[c3]"
        : [c0] "+x"(c0), [c1] "+x"(c1), [c2] "+x"(c2), [c3] "+x"(c3), [high] "=&x"(high)
        : [m0] "m"(m0), [m1] "m"(m1), [k0] "m"(k0), [k1] "m"(k1));
    const __m256i p0 = c0;
    c0 = c1;
    c1 = c2;
    c2 = c3;
    c3 = p0;
}

__attribute__((target("avx2"))) void fill_words_avx2(const Counter& counter, std::size_t count,
                                                     std::uint64_t* __restrict first,
                                                     std::uint64_t* __restrict second) {
    const Rounds rounds(counter);
    constexpr std::size_t width = 4;
    constexpr std::size_t groups = 4;
    constexpr int exchange = 0xb1; // the halves of each 64-bit lane
    constexpr int last = Rounds::left - 1;
    const __m256i low = lanes256(0xffffffffU);
    const __m256i m0 = lanes256(PHILOX_M4x32_0);
    const __m256i m1 = lanes256(PHILOX_M4x32_1);
    __m256i k0[Rounds::left];
    __m256i k1[Rounds::left];
    for (int round = 0; round < Rounds::left; ++round) {
        k0[round] = lanes256(rounds.key_lower[round]);
        k1[round] = lanes256(rounds.key_upper[round]);
    }
    __m256i pair = _mm256_add_epi64(lanes256(counter.first), _mm256_set_epi64x(3, 2, 1, 0));
    for (std::size_t i = 0; i < count; i += width * groups) {
        __m256i c0[groups];
        __m256i c1[groups];
        __m256i c2[groups];
        __m256i c3[groups];
        for (std::size_t g = 0; g < groups; ++g) {
            const __m256i product = _mm256_mul_epu32(pair, m0);
            pair = _mm256_add_epi64(pair, lanes256(width));
            c1[g] = _mm256_mul_epu32(
                _mm256_xor_si256(_mm256_srli_epi64(product, 32), lanes256(rounds.first)), m1);
            c0[g] = _mm256_xor_si256(_mm256_srli_epi64(c1[g], 32), lanes256(rounds.second));
            c2[g] = _mm256_xor_si256(product, lanes256(rounds.third));
            c3[g] = lanes256(rounds.fourth);
        }
#pragma GCC unroll 8
        for (int round = 0; round < last; ++round) {
            for (std::size_t g = 0; g < groups; ++g) {
                round_avx2(c0[g], c1[g], c2[g], c3[g], m0, m1, k0[round], k1[round]);
            }
        }
        // As in the other path.
        const auto store = [&](__m256i product, __m256i other, __m256i key, std::uint64_t * to)
            __attribute__((target("avx2"), always_inline)) {
            const __m256i exchanged = _mm256_shuffle_epi32(product, exchange);
            _mm256_storeu_si256(
                reinterpret_cast<__m256i*>(to),
                _mm256_xor_si256(exchanged, _mm256_xor_si256(_mm256_and_si256(other, low), key)));
        };
        for (std::size_t g = 0; g < groups; ++g) {
            store(_mm256_mul_epu32(c2[g], m1), c1[g], k0[last], first + i + width * g);
            store(_mm256_mul_epu32(c0[g], m0), c3[g], k1[last], second + i + width * g);
        }
    }
}

#endif

/// The words of so many counters, a multiple of 64.
using FillWords = void (*)(const Counter&, std::size_t count, std::uint64_t* first,
                           std::uint64_t* second);

/// What this processor can run, the widest first.
std::vector<FillWords> usable_paths() {
    std::vector<FillWords> paths;
#if defined(__x86_64__) && defined(__GNUC__)
#if defined(EQUIPOISE_WITHOUT_AVX512) // see elementary/clones.hpp
    constexpr bool with_avx512 = false;
#else
    constexpr bool with_avx512 = true;
#endif
    if (with_avx512 && __builtin_cpu_supports("avx512f") != 0) {
        paths.push_back(fill_words_avx512);
    }
    if (__builtin_cpu_supports("avx2") != 0) {
        paths.push_back(fill_words_avx2);
    }
#endif
    paths.push_back(fill_words_portable);
    return paths;
}

const std::vector<FillWords>& paths() {
    static const std::vector<FillWords> all = usable_paths();
    return all;
}

} // namespace

std::size_t path_count() {
    return paths().size();
}

void words_by_path(std::size_t path, const Stream& stream, std::uint64_t block, std::uint64_t step,
                   std::span<std::uint64_t, block_size> bits) {
    paths()[path](Counter(stream, block, step, pairs), pairs, bits.data(), bits.data() + pairs);
}

void words(const Stream& stream, std::uint64_t block, std::uint64_t step,
           std::span<std::uint64_t, block_size> bits) {
    words_by_path(0, stream, block, step, bits);
}

void half_words_by_path(std::size_t path, const Stream& stream, std::uint64_t block,
                        std::uint64_t step, std::span<std::uint64_t, block_size / 2> bits) {
    constexpr std::size_t count = pairs / 2;
    paths()[path](Counter(stream, block, step, count), count, bits.data(), bits.data() + count);
}

void half_words(const Stream& stream, std::uint64_t block, std::uint64_t step,
                std::span<std::uint64_t, block_size / 2> bits) {
    half_words_by_path(0, stream, block, step, bits);
}

void random_bits(const Stream& stream, std::uint64_t block, std::uint64_t step, std::size_t pair,
                 std::span<std::uint64_t, 2> bits) {
    const Counter counter(stream, block, step, pairs);
    const r123::Philox4x32::ctr_type words =
        r123::Philox4x32()({{counter.first + static_cast<std::uint32_t>(pair), counter.upper,
                             counter.step_lower, counter.step_upper}},
                           {{counter.key_lower, counter.key_upper}});
    bits[0] = words[0] | (static_cast<std::uint64_t>(words[1]) << 32U);
    bits[1] = words[2] | (static_cast<std::uint64_t>(words[3]) << 32U);
}

} // namespace equipoise::random
