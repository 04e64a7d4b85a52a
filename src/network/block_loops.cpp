#include "equipoise/network/block_loops.hpp"

#include "equipoise/elementary/clones.hpp"
#include "equipoise/elementary/functions.hpp"

#include <bit>
#include <cmath>
#include <cstdint>

namespace equipoise::network {

namespace {

// Partial sums side by side: eight for runs of neurons at one site, which may be short; for long
// runs four registers of AVX-512, since an addition waits for the one before.
constexpr std::size_t narrow = 8;
constexpr std::size_t wide = 32;
constexpr std::size_t long_run = 256;

template <std::size_t lanes>
[[gnu::always_inline]] inline double join(double* lane) {
    for (std::size_t half = lanes / 2; half > 0; half /= 2) {
        for (std::size_t l = 0; l < half; ++l) {
            lane[l] += lane[l + half];
        }
    }
    return lane[0];
}

template <std::size_t lanes>
[[gnu::always_inline]] inline double sum(const double* values, std::size_t count) {
    double lane[lanes] = {};
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        for (std::size_t l = 0; l < lanes; ++l) {
            lane[l] += values[i + l];
        }
    }
    for (std::size_t l = 0; i < count; ++i, ++l) {
        lane[l] += values[i];
    }
    return join<lanes>(lane);
}

} // namespace

EQUIPOISE_CLONES
double ordered_sum(const double* values, std::size_t count) {
    return count < long_run ? sum<narrow>(values, count) : sum<wide>(values, count);
}

EQUIPOISE_CLONES
double ordered_dot(const double* a, const double* b, std::size_t count) {
    double lane[wide] = {};
    std::size_t i = 0;
    for (; i + wide <= count; i += wide) {
        for (std::size_t l = 0; l < wide; ++l) {
            lane[l] = std::fma(a[i + l], b[i + l], lane[l]);
        }
    }
    for (std::size_t l = 0; i < count; ++i, ++l) {
        lane[l] = std::fma(a[i], b[i], lane[l]);
    }
    return join<wide>(lane);
}

EQUIPOISE_CLONES
TwoSums ordered_dots(const double* values, const double* a, const double* b, std::size_t count) {
    double with_a[wide] = {};
    double with_b[wide] = {};
    std::size_t i = 0;
    for (; i + wide <= count; i += wide) {
        for (std::size_t l = 0; l < wide; ++l) {
            with_a[l] = std::fma(values[i + l], a[i + l], with_a[l]);
            with_b[l] = std::fma(values[i + l], b[i + l], with_b[l]);
        }
    }
    for (std::size_t l = 0; i < count; ++i, ++l) {
        with_a[l] = std::fma(values[i], a[i], with_a[l]);
        with_b[l] = std::fma(values[i], b[i], with_b[l]);
    }
    return {join<wide>(with_a), join<wide>(with_b)};
}

EQUIPOISE_CLONES
bool all_within(const double* values, double bound, std::size_t count) {
    // Without signs doubles are in the order of their bits, and NaN is beyond infinity.
    // Subtractions whose highest bits are gathered are cheaper than comparisons, which AVX-512
    // makes into masks.
    constexpr std::uint64_t magnitude = ~std::uint64_t{0} >> 1U;
    const auto limit = std::bit_cast<std::uint64_t>(bound);
    std::uint64_t beyond[wide] = {};
    std::size_t i = 0;
    for (; i + wide <= count; i += wide) {
        for (std::size_t l = 0; l < wide; ++l) {
            beyond[l] |= limit - (std::bit_cast<std::uint64_t>(values[i + l]) & magnitude);
        }
    }
    for (std::size_t l = 0; i < count; ++i, ++l) {
        beyond[l] |= limit - (std::bit_cast<std::uint64_t>(values[i]) & magnitude);
    }
    std::uint64_t any = 0;
    for (const std::uint64_t lane : beyond) {
        any |= lane;
    }
    return any <= magnitude;
}

EQUIPOISE_CLONES
void add_constant(double* values, double constant, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        values[i] += constant;
    }
}

EQUIPOISE_CLONES
void add_scaled(double* __restrict values, double factor, const double* __restrict terms,
                std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        values[i] = std::fma(factor, terms[i], values[i]);
    }
}

EQUIPOISE_CLONES
void add_two_scaled(double* __restrict values, double constant, double a,
                    const double* __restrict first, double b, const double* __restrict second,
                    std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        values[i] += std::fma(a, first[i], std::fma(b, second[i], constant));
    }
}

EQUIPOISE_CLONES
void sines_cosines(const double* __restrict u, double* __restrict cosine, double* __restrict sine,
                   std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const auto [s, c] = elementary::sine_cosine_turns(u[i]);
        sine[i] = s;
        cosine[i] = c;
    }
}

} // namespace equipoise::network
