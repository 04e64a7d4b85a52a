#include "equipoise/elementary/clones.hpp"
#include "equipoise/elementary/functions.hpp"
#include "equipoise/random/stream.hpp"

#include <cmath>

namespace equipoise::random {

namespace {

constexpr std::size_t pairs = block_size / 2;

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

void normals(const Stream& stream, std::uint64_t block, std::uint64_t step,
             std::span<double, block_size> xi) {
    uniforms(stream, block, step, xi);
    box_muller(xi.data(), xi.data() + pairs);
}

} // namespace equipoise::random
