#include "equipoise/network/ring_lattice.hpp"

#include "equipoise/network/block_loops.hpp"
#include "equipoise/random/stream.hpp"

#include <algorithm>
#include <cmath>

namespace equipoise::network {

namespace {

constexpr std::size_t block_size = random::block_size;

} // namespace

double turn(std::int64_t k, std::int64_t j, std::int64_t n) {
    return static_cast<double>((k * j) % n) / static_cast<double>(n);
}

RingLattice::RingLattice(const model::Basis& basis, std::int64_t neurons)
    : basis_(basis), neurons_(neurons), wave_of_mode_(basis.size()),
      table_(2 * basis.waves().size() * block_size), phase_(basis.waves().size()),
      cosine_(basis.waves().size()), sine_(basis.waves().size()), field_(2 * basis.waves().size()) {
    std::vector<double> u(block_size);
    for (std::size_t w = 0; w < basis.waves().size(); ++w) {
        const model::WaveVector& wave = basis.waves()[w];
        wave_of_mode_[basis.cosine_index(w)] = w;
        if (!wave.is_zero()) {
            wave_of_mode_[basis.cosine_index(w) + 1] = w;
        }
        for (std::size_t i = 0; i < block_size; ++i) {
            u[i] = turn(wave.k[0], static_cast<std::int64_t>(i), neurons);
        }
        double* table = table_.data() + 2 * w * block_size;
        sines_cosines(u.data(), table, table + block_size, block_size);
    }
}

const double* RingLattice::cosines(std::size_t wave) const {
    return table_.data() + 2 * wave * block_size;
}

const double* RingLattice::sines(std::size_t wave) const {
    return cosines(wave) + block_size;
}

void RingLattice::enter(std::int64_t first, std::size_t count) {
    count_ = count;
    for (std::size_t w = 0; w < phase_.size(); ++w) {
        phase_[w] = turn(basis_.waves()[w].k[0], first, neurons_);
    }
    sines_cosines(phase_.data(), cosine_.data(), sine_.data(), phase_.size());
}

void RingLattice::project(const double* values, std::span<const std::size_t> modes,
                          double* sums) const {
    std::size_t wave = phase_.size(); // the one of `cosine` and `sine`
    double cosine = 0.0;
    double sine = 0.0;
    for (std::size_t m = 0; m < modes.size(); ++m) {
        // Cosine and sine of a wave mostly follow each other.
        if (const std::size_t w = wave_of_mode_[modes[m]]; w != wave) {
            wave = w;
            if (basis_.waves()[w].is_zero()) {
                cosine = ordered_sum(values, count_);
                sine = 0.0;
            } else {
                const auto [with_cosine, with_sine] =
                    ordered_dots(values, cosines(w), sines(w), count_);
                cosine = std::fma(cosine_[w], with_cosine, -(sine_[w] * with_sine));
                sine = std::fma(sine_[w], with_cosine, cosine_[w] * with_sine);
            }
        }
        sums[m] = basis_[modes[m]].sine ? sine : cosine;
    }
}

void RingLattice::add_field(double* values, std::span<const std::size_t> modes,
                            std::span<const double> coefficients) {
    std::fill(field_.begin(), field_.end(), 0.0);
    double constant = 0.0;
    for (std::size_t m = 0; m < modes.size(); ++m) {
        const std::size_t w = wave_of_mode_[modes[m]];
        if (basis_.waves()[w].is_zero()) {
            constant += coefficients[m];
            continue;
        }
        const bool is_sine = basis_[modes[m]].sine;
        field_[2 * w] += coefficients[m] * (is_sine ? sine_[w] : cosine_[w]);
        field_[2 * w + 1] += coefficients[m] * (is_sine ? cosine_[w] : -sine_[w]);
    }
    for (std::size_t w = 0; w < phase_.size(); ++w) {
        const double a = field_[2 * w];
        const double b = field_[2 * w + 1];
        if (a != 0.0 || b != 0.0) {
            add_two_scaled(values, constant, a, cosines(w), b, sines(w), count_);
            constant = 0.0; // goes with the first wave
        }
    }
    if (constant != 0.0) {
        add_constant(values, constant, count_);
    }
}

} // namespace equipoise::network
