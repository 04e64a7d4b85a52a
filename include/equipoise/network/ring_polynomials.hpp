#pragma once

#include "equipoise/model/basis.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace equipoise::network {

/// Sums and fields over the modes on a ring for blocks of neurons that lie within a short arc, by
/// polynomials. At x = c + w u, |u| <= 1, a wave is a short series of Chebyshev polynomials
/// (Jacobi and Anger):
///
///   exp(2 pi i k (x - c)) = sum_d (2 - [d = 0]) i^d J_d(2 pi k w) T_d(u),
///
/// cut where J_d falls below rounding. A block's values meet each polynomial once, instead of each
/// wave, and there are fewer of them the shorter the arc: with a million neurons on the ring 9
/// degrees serve 64 waves.
class RingPolynomials {
  public:
    /// `basis` holds every mode that is used later; half_width: w in turns, the same in all blocks.
    RingPolynomials(const model::Basis& basis, double half_width);

    /// How many polynomials it takes.
    static std::size_t degrees(const model::Basis& basis, double half_width);

    /// The neurons sit at u[i], i < count <= a block's size, from now on: tables the polynomials.
    void place(const double* u, std::size_t count);
    /// Prepares a block of `count` of these neurons; centre(k): k c in turns.
    template <class Centre>
    void enter(std::size_t count, Centre&& centre) {
        count_ = count;
        for (std::size_t w = 0; w < waves_.size(); ++w) {
            phase_[w] = centre(waves_[w]);
        }
        turn();
    }
    /// sums[m] = sum_i phi_p(x_i) values[i] over the block, p = modes[m].
    void project(const double* values, std::span<const std::size_t> modes, double* sums);
    /// values[i] += sum_m coefficients[m] phi_p(x_i) over the block, p = modes[m].
    void add_field(double* values, std::span<const std::size_t> modes,
                   std::span<const double> coefficients);

  private:
    struct Place {
        std::size_t wave;
        bool sine;
    };

    void turn();
    [[nodiscard]] double* polynomial(std::size_t degree);
    [[nodiscard]] const double* series(std::size_t degree) const;
    /// Polynomials that the waves of these modes need.
    [[nodiscard]] std::size_t degrees_of(std::span<const std::size_t> modes) const;

    std::vector<std::int64_t> waves_;
    std::vector<Place> place_;         ///< (mode)
    std::vector<std::size_t> degrees_; ///< (wave)
    std::vector<double> series_;       ///< (degree, wave): with the signs of i^d
    std::vector<double> table_;        ///< (degree, neuron): T_d(u), from degree 1 on
    std::size_t count_ = 0;
    std::vector<double> phase_, cosine_, sine_; ///< (wave): at the block's centre
    std::vector<double> even_, odd_;            ///< scratch: (wave)
    std::vector<double> of_degree_;             ///< scratch: (degree)
};

} // namespace equipoise::network
