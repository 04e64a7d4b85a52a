#pragma once

#include "equipoise/kinetic/grid.hpp"
#include "equipoise/model/model.hpp"

#include <optional>
#include <vector>

namespace equipoise::kinetic {

/// The noise intensity of all states, where it does not depend on the state.
std::optional<double> uniform_noise(const model::Population& population);

/// The Fokker-Planck operator of one population at one site, discretised by finite volumes and
/// written as a birth-death chain on the cells of y:
///
///   continuous   dp/dt = -dJ/dy,   J = beta p - d(D p)/dy,   beta = f(v+y) - g, D = sigma(v+y)^2/2
///   discrete     dp_k/dt = flux_{k-1} - flux_k,   flux_k = up_k p_k - down_{k+1} p_{k+1}
///
/// flux_k is J/h at the face between cells k and k + 1, up_k and down_k the rates at which cell k
/// is left to either side, 1/time. They are those of the exponentially fitted scheme (Scharfetter
/// and Gummel 1969, Chang and Cooper 1970), from drift and diffusion at the cell's centre:
///
///   down_k = (F/h^2) B(w),   up_k = (F/h^2) B(-w) = down_k + beta/h,   w = beta h/F
///   F = D/(1 + P^2/12 + P^4/80),   P = beta h/D
///
/// with Bernoulli's function B. All rates are >= 0 (D = 0: upwind), so that mass is conserved, none
/// leaves through the ends, and shift - A is an M-matrix. The mean displacement is beta exactly; F
/// in place of D takes out the fitting's own diffusion, so that its variance is 2 D up to a part
/// of about P^6/450: E[y^2] obeys its exact equation to sixth order in h, in transients too, the
/// density to second order. Drift and noise are used at the centres alone, as Ito's operator asks.
class RateEvaluator {
  public:
    /// For so many lines side by side, 1 or LineGroup::most_lanes: arrays are by (cell, lane).
    explicit RateEvaluator(const Grid& grid, std::size_t lanes = 1);

    /// Takes drift and noise for the means v[lane]. They are kept, so that a change of g alone
    /// costs no evaluation of them. States outside the population's range take the values at its
    /// ends; the caller sees to it that no mass to speak of is there.
    void set_means(const model::Population& population, const double* v);
    /// The rates for the compensations g[lane]; up of the last and down of the first cell are 0.
    void rates(const double* g, double* up, double* down);
    /// At once, for means v[lane], the rates and the derivatives of flux_k with respect to v and g
    /// for the densities p (the last are 0).
    void rates_and_slopes(const model::Population& population, const double* v, const double* g,
                          const double* p, double* up, double* down, double* flux_v,
                          double* flux_g);

    /// The first two for one line.
    void set_mean(const model::Population& population, double v) { set_means(population, &v); }
    void rates(double g, double* up, double* down) { rates(&g, up, down); }

  private:
    void close_ends(double* up, double* down) const;

    Grid grid_;
    std::size_t lanes_;
    std::vector<double> y_;                        ///< centres
    std::vector<double> z_, drift_, noise_, beta_; ///< by (cell, lane)
    bool uniform_ = false;                         ///< the noise is noise_[0] in all cells
};

} // namespace equipoise::kinetic
