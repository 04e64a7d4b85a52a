#pragma once

#include <cstddef>
#include <cstdint>

namespace bench {

/// The barest fast code we know for a step of figure 3's network, the yardstick of the network
/// solver: AVX-512, one fused pass of Philox4x32-10 (the first two rounds folded: one word of the
/// counter varies), Box-Muller (64-bit uniforms), Euler-Maruyama and tanh, all in double precision
/// with fused multiply-adds, plain sums; no range checks, no exact sums, no G'. Eight groups of
/// eight pairs are worked on side by side in all of it.
///
/// Moves `count` neurons (a multiple of 16) of a population; returns the average of tanh z after
/// it. No standard library inside: this file is compiled for AVX-512.
double bare_move(double* z, std::size_t count, double input, double dt, std::uint32_t population,
                 std::uint32_t step);

/// Whether this build and this processor can run it.
bool bare_kernel_runs();

} // namespace bench
