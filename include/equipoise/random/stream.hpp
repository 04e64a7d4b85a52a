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

/// Standard normals xi for one block of neurons at one step (step < 2^56, block < 2^39).
/// One call of Philox4x32-10 (Random123) gives 128 bits for a pair of neurons (i, i + 512) of the
/// block; 52 bits of each half make two uniforms in (0, 1), and Box-Muller makes of these the two
/// normals: sqrt(-2 ln u1) cos(2 pi u2) for i, the sine for i + 512. The largest |xi| is 8.57.
void normals(const Stream& stream, std::uint64_t block, std::uint64_t step,
             std::span<double, block_size> xi);

/// Uniforms in (0, 1), odd multiples of 2^-53, from the same counters: u1 for neuron i, u2 for i +
/// 512.
void uniforms(const Stream& stream, std::uint64_t block, std::uint64_t step,
              std::span<double, block_size> u);

/// The 128 bits of one pair straight from Random123, as two 64-bit words: what `uniforms` and
/// `normals` are made of. Slow; the reference for tests.
void random_bits(const Stream& stream, std::uint64_t block, std::uint64_t step, std::size_t pair,
                 std::span<std::uint64_t, 2> bits);

} // namespace equipoise::random
