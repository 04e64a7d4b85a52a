#pragma once

#include "equipoise/model/basis.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace equipoise::network {

/// k j / n in turns, less whole ones: exact up to the last rounding.
double turn(std::int64_t k, std::int64_t j, std::int64_t n);

/// Sums and fields over the modes on a ring whose neuron j of n sits at the phase j / n. The modes
/// at the i-th neuron of a block are turned from those at its first one by the angle 2 pi k i / n,
/// the same in all blocks: cosines and sines of these angles are tabled, 8 KiB each for every wave
/// number, and a block only turns its sums and its field by one angle per wave number.
class RingLattice {
  public:
    /// `basis` holds every mode that is used later.
    RingLattice(const model::Basis& basis, std::int64_t neurons);

    /// Prepares a block of `count` neurons that starts with neuron `first`.
    void enter(std::int64_t first, std::size_t count);
    /// sums[m] = sum_i phi_p(x_i) values[i] over the block, p = modes[m].
    void project(const double* values, std::span<const std::size_t> modes, double* sums) const;
    /// values[i] += sum_m coefficients[m] phi_p(x_i) over the block, p = modes[m].
    void add_field(double* values, std::span<const std::size_t> modes,
                   std::span<const double> coefficients);

  private:
    [[nodiscard]] const double* cosines(std::size_t wave) const;
    [[nodiscard]] const double* sines(std::size_t wave) const;

    model::Basis basis_;
    std::int64_t neurons_;
    std::size_t count_ = 0;
    std::vector<std::size_t> wave_of_mode_;
    std::vector<double> table_;         ///< (wave, cosine or sine, neuron of a block)
    std::vector<double> phase_;         ///< (wave): of the block's first neuron, in turns
    std::vector<double> cosine_, sine_; ///< (wave): at the block's first neuron
    std::vector<double> field_;         ///< (wave, cosine or sine): scratch of add_field
};

} // namespace equipoise::network
