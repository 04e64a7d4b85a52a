#pragma once

#include "equipoise/config/config.hpp"
#include "equipoise/model/basis.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace equipoise::balance {

/// From values on a lattice of sites x_s to sums over the modes phi_p of a basis and back, by fast
/// Fourier transforms (FFTW): O(S log S) operations for S sites, however many modes. Wave numbers
/// may exceed half the number of sites: the modes are those at the sites, aliases included.
///
/// The bits of the results depend on the values alone: plans are made from estimates, not from
/// measured times, and without the processor's vector instructions, so that they are the same on
/// every rank and every machine (with one build of FFTW).
class ModeTransform {
  public:
    /// counts: sites along each direction; ring: {S, 1}, point: {1, 1}. Site i1 S2 + i2 sits at the
    /// phase (i1/S1, i2/S2).
    ModeTransform(const config::SiteCount& counts, const model::Basis& basis);

    /// Values at the sites: what project() reads and evaluate() writes.
    [[nodiscard]] std::span<double> values() noexcept { return {values_.get(), sites_}; }
    /// sums[p] = sum_s phi_p(x_s) values()[s] for every mode of the basis. Keeps values().
    void project(std::span<double> sums);
    /// values()[s] = sum_p coefficients[p] phi_p(x_s).
    void evaluate(std::span<const double> coefficients);

  private:
    struct Release {
        void operator()(void* memory) const noexcept;
    };
    struct Plan; ///< FFTW's
    struct DestroyPlan {
        void operator()(Plan* plan) const noexcept;
    };
    using PlanHandle = std::unique_ptr<Plan, DestroyPlan>;

    /// Where the coefficient of exp(i k.x) of a wave vector stands among the complex numbers.
    struct Place {
        std::size_t at;     ///< row * columns_ + column
        std::size_t mirror; ///< of the row's mirror image in the same column
        bool conjugate;     ///< `at` is that of exp(-i k.x)
        bool is_own_mirror; ///< the column holds exp(-i k.x) too, at `mirror`
    };

    std::vector<std::size_t> cosine_; ///< (wave): its cosine among the modes
    std::vector<bool> has_sine_;
    std::vector<Place> places_; ///< (wave)
    std::size_t sites_;
    std::size_t columns_; ///< complex numbers in a row
    std::unique_ptr<double, Release> values_;
    std::unique_ptr<double, Release> waves_; ///< (row, column, real or imaginary)
    std::size_t wave_doubles_;
    PlanHandle rows_forward_, columns_forward_, columns_backward_, rows_backward_;
};

/// The smallest number >= `least` without prime factors above 7: a good length of a transform.
std::int64_t smooth_size(std::int64_t least);

} // namespace equipoise::balance
