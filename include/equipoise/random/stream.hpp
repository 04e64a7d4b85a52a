#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

/// Counter-based random numbers: every draw is a function of (seed, purpose, population, neuron,
/// step) and of nothing else. There is no generator state to store, and any rank can draw any
/// number.
namespace equipoise::random {

/// What a draw is for. Different purposes are independent streams; the numbers are part of the
/// program's reproducibility: never renumber.
enum class Purpose : std::uint8_t { dynamics = 1, initial_state = 2, position = 3, test = 255 };

/// Neurons are drawn for in blocks of this many: neuron j of a population is entry j % block_size
/// of block j / block_size.
inline constexpr std::size_t block_size = 1024;

/// The stream of one population for one purpose.
struct Stream {
    std::uint64_t seed = 0;
    Purpose purpose = Purpose::test;
    std::uint16_t population = 0;
};

/// The random bits of one block of neurons at one step (step < 2^56, block < 2^39): one call of
/// Philox4x32-10 (Random123) gives 128 bits for a pair of neurons, one 64-bit word for i and one
/// for i + 512.
void words(const Stream& stream, std::uint64_t block, std::uint64_t step,
           std::span<std::uint64_t, block_size> bits);

/// Standard normals xi from the same bits, by Box and Muller's transform. Of the first word, the
/// lower 52 bits make u in (0, 1), an odd multiple of 2^-53; of the second, the lower 52 bits make
/// a in [0, 1/4), a multiple of 2^-54, bit 63 the sign of the cosine and bit 62 that of the sine:
///   xi(i) = +- sqrt(-2 ln u) cos(2 pi a),   xi(i + 512) = +- sqrt(-2 ln u) sin(2 pi a).
/// The largest |xi| is 8.57.
void normals(const Stream& stream, std::uint64_t block, std::uint64_t step,
             std::span<double, block_size> xi);

/// Half as many random bits of one block at one step: one call of Philox4x32-10 for four neurons,
/// its counter as that of `words` but for the first two words, which count these calls. Their
/// first 64-bit words, then their second.
void half_words(const Stream& stream, std::uint64_t block, std::uint64_t step,
                std::span<std::uint64_t, block_size / 2> bits);

/// Standard normals in single precision from half as many bits, in half the time: other numbers
/// than those of `normals`. By Box and Muller's transform of 32-bit words r and a, the i-th of
/// those in the first and in the second half of half_words (of a 64-bit word the lower half
/// first): k = the upper 31 bits of r make u = (k + 1/2) / 2^31, k and u rounded to single
/// precision, the lower 23 bits of a make the angle a' in [0, 1/4), a multiple of 2^-25, the
/// highest bit of a is the sign of the cosine and the lowest bit of r that of the sine:
///   xi(i) = +- sqrt(-2 ln u) cos(2 pi a'),   xi(i + 512) = +- sqrt(-2 ln u) sin(2 pi a').
/// The largest |xi| is 6.66: of normals 2.7e-11 lie beyond.
void single_normals(const Stream& stream, std::uint64_t block, std::uint64_t step,
                    std::span<double, block_size> xi);

/// Uniforms in (0, 1), odd multiples of 2^-53, from the lower 52 bits of the same words.
void uniforms(const Stream& stream, std::uint64_t block, std::uint64_t step,
              std::span<double, block_size> u);

/// The 128 bits of one pair straight from Random123, as two 64-bit words: what `words` gives.
/// Slow; the reference for tests.
void random_bits(const Stream& stream, std::uint64_t block, std::uint64_t step, std::size_t pair,
                 std::span<std::uint64_t, 2> bits);

} // namespace equipoise::random
