#include "equipoise/elementary/clones.hpp"
#include "equipoise/elementary/functions.hpp"
#include "equipoise/elementary/single.hpp"

#include <catch2/catch.hpp>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

// Protects the bits of a trajectory: a value must not depend on where in an array its argument
// stands, that is, on whether a vector instruction or the loop's remainder computes it, nor on the
// instruction set.

namespace {

using namespace equipoise::elementary;

EQUIPOISE_CLONES
void exponentials(const double* __restrict x, double* __restrict f, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        f[i] = exponential(x[i]);
    }
}

EQUIPOISE_CLONES
void exponentials_minus_one(const double* __restrict x, double* __restrict f, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        f[i] = exponential_minus_one(x[i]);
    }
}

EQUIPOISE_CLONES
void tangents(const double* __restrict x, double* __restrict f, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        f[i] = hyperbolic_tangent(x[i]);
    }
}

EQUIPOISE_CLONES
void logarithms(const double* __restrict x, double* __restrict f, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        f[i] = logarithm(x[i] * x[i] + 1e-3);
    }
}

EQUIPOISE_CLONES
void sines_and_cosines(const double* __restrict x, double* __restrict f, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const SineCosine both = sine_cosine_turns(x[i]);
        f[i] = both.sine + 3.0 * both.cosine;
    }
}

EQUIPOISE_CLONES
void in_single_precision(const double* __restrict x, double* __restrict f, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const auto y = static_cast<float>(x[i]);
        const SingleSineCosine both = sine_cosine_eighth(0.01F * y);
        f[i] = logarithm(std::fma(y, y, 1e-3F)) + 3.0F * both.sine + 5.0F * both.cosine;
    }
}

constexpr std::size_t functions = 7;

/// All functions, to be inlined into functions of several instruction sets.
__attribute__((always_inline)) inline void all(const double* __restrict x, double* __restrict f,
                                               std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const SineCosine both = sine_cosine_turns(x[i]);
        const auto y = static_cast<float>(x[i]);
        const SingleSineCosine single = sine_cosine_eighth(0.01F * y);
        f[functions * i] = exponential(x[i]);
        f[functions * i + 1] = exponential_minus_one(x[i]);
        f[functions * i + 2] = hyperbolic_tangent(x[i]);
        f[functions * i + 3] = logarithm(x[i] * x[i] + 1e-3);
        f[functions * i + 4] = both.sine + 3.0 * both.cosine;
        f[functions * i + 5] = logarithm(std::fma(y, y, 1e-3F));
        f[functions * i + 6] = single.sine + 3.0F * single.cosine;
    }
}

void all_baseline(const double* x, double* f, std::size_t count) {
    all(x, f, count);
}

#if defined(__x86_64__) && defined(__GNUC__)
__attribute__((target("avx2,fma"))) void all_avx2(const double* x, double* f, std::size_t count) {
    all(x, f, count);
}

__attribute__((target("avx512f,avx512dq,avx2,fma"))) void all_avx512(const double* x, double* f,
                                                                     std::size_t count) {
    all(x, f, count);
}
#endif

using Loop = void (*)(const double*, double*, std::size_t);

std::size_t differing_bits(Loop loop) {
    constexpr std::size_t count = 67; // not a multiple of any vector's length
    std::vector<double> x(count);
    for (std::size_t i = 0; i < count; ++i) {
        x[i] = 0.31 * static_cast<double>(i) - 9.7 + 1e-3 * static_cast<double>(i * i);
    }
    std::vector<double> alone(count);
    for (std::size_t i = 0; i < count; ++i) {
        loop(x.data() + i, alone.data() + i, 1);
    }
    std::size_t differing = 0;
    for (std::size_t begin = 0; begin < count; ++begin) {
        for (std::size_t end = begin + 1; end <= count; ++end) {
            std::vector<double> piece(end - begin);
            loop(x.data() + begin, piece.data(), piece.size());
            for (std::size_t i = begin; i < end; ++i) {
                differing += std::bit_cast<std::uint64_t>(piece[i - begin]) !=
                                     std::bit_cast<std::uint64_t>(alone[i])
                                 ? 1
                                 : 0;
            }
        }
    }
    return differing;
}

} // namespace

TEST_CASE("bits do not depend on the position in an array") {
    CHECK(differing_bits(exponentials) == 0);
    CHECK(differing_bits(exponentials_minus_one) == 0);
    CHECK(differing_bits(tangents) == 0);
    CHECK(differing_bits(logarithms) == 0);
    CHECK(differing_bits(sines_and_cosines) == 0);
    CHECK(differing_bits(in_single_precision) == 0);
}

TEST_CASE("bits do not depend on the instruction set") {
#if defined(__x86_64__) && defined(__GNUC__)
    std::vector<double> x;
    for (int i = 0; i < 1003; ++i) {
        x.push_back(0.0137 * i - 7.0 + 1e-5 * i * i);
    }
    const auto compute = [&x](Loop loop) {
        std::vector<double> f(functions * x.size());
        loop(x.data(), f.data(), x.size());
        return f;
    };
    // Without fused multiply-adds in the processor's instructions: the C library's.
    const std::vector<double> baseline = compute(all_baseline);
    if (__builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0) {
        CHECK(compute(all_avx2) == baseline);
    }
    if (__builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0) {
        CHECK(compute(all_avx512) == baseline);
    }
#endif
}

TEST_CASE("bits are those computed once on another machine") {
    // Recorded on x86-64 with GCC 12; neither the machine nor the compiler may matter.
    CHECK(std::bit_cast<std::uint64_t>(exponential(1.25)) == 0x400bec38edb0faf0U);
    CHECK(std::bit_cast<std::uint64_t>(exponential_minus_one(0.3)) == 0x3fd6641632306a56U);
    CHECK(std::bit_cast<std::uint64_t>(hyperbolic_tangent(0.37)) == 0x3fd6a7ccdb093670U);
    CHECK(std::bit_cast<std::uint64_t>(logarithm(17.3)) == 0x4006ce3f35d39ff8U);
    CHECK(std::bit_cast<std::uint64_t>(sine_cosine_turns(0.123).sine) == 0x3fe6575f0138cda3U);
    CHECK(std::bit_cast<std::uint64_t>(sine_cosine_turns(0.123).cosine) == 0x3fe6e8f3a092f1ddU);
    CHECK(std::bit_cast<std::uint32_t>(logarithm(17.3F)) == 0x403671faU);
    CHECK(std::bit_cast<std::uint32_t>(sine_cosine_eighth(0.0123F).sine) == 0x3d9e1e52U);
    CHECK(std::bit_cast<std::uint32_t>(sine_cosine_eighth(0.0123F).cosine) == 0x3f7f3c62U);
}
