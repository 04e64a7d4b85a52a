#include "equipoise/kinetic/rates.hpp"

#include "equipoise/elementary/clones.hpp"
#include "equipoise/kinetic/bernoulli.hpp"

#include <algorithm>
#include <cmath>

namespace equipoise::kinetic {

namespace {

constexpr double tiny = 1e-280; ///< keeps 0/0 at D = 0 finite

/// Drift and noise at the centres.
struct Centres {
    const double *f, *f1, *s, *s1;
    std::size_t count;
};

// No branches in these two loops and no arrays that may overlap: they must vectorise.

EQUIPOISE_CLONES
void compute_rates(const Centres& at, double g, double h, double* __restrict up,
                   double* __restrict down) {
    const double inverse = 1.0 / h;
    for (std::size_t k = 0; k < at.count; ++k) {
        const double diffusion = 0.5 * at.s[k] * at.s[k];
        const double beta = at.f[k] - g;
        const double speed = std::abs(beta);
        const double forward = beta >= 0.0 ? 1.0 : 0.0; // 1: the rate up is the one along the drift
        const double square = 12.0 * diffusion * diffusion;
        const double fitted = diffusion * square / (square + beta * beta * h * h + tiny);
        const double b = bernoulli_positive(speed * h / (fitted + tiny));
        const double against = fitted * inverse * inverse * b; // the rate against the drift
        up[k] = against + forward * (speed * inverse);
        down[k] = against + (1.0 - forward) * (speed * inverse);
    }
}

/// Also the derivatives of both rates with respect to v and g.
EQUIPOISE_CLONES
void compute_slopes(const Centres& at, double g, double h, double* __restrict up,
                    double* __restrict down, double* __restrict up_v, double* __restrict down_v,
                    double* __restrict up_g, double* __restrict down_g) {
    const double inverse = 1.0 / h;
    const double h2 = h * h;
    for (std::size_t k = 0; k < at.count; ++k) {
        const double diffusion = 0.5 * at.s[k] * at.s[k];
        const double diffusion_v = at.s[k] * at.s1[k];
        const double beta = at.f[k] - g;
        const double speed = std::abs(beta);
        const double forward = beta >= 0.0 ? 1.0 : 0.0;
        const double square = 12.0 * diffusion * diffusion;
        const double bend = beta * beta * h2;
        const double quotient = 1.0 / (square + bend + tiny);
        const double fitted = diffusion * square * quotient;
        const double fitted_beta = -2.0 * fitted * beta * h2 * quotient;
        const double fitted_diffusion = square * (square + 3.0 * bend) * quotient * quotient;
        const double x = speed * h / (fitted + tiny);
        const BernoulliPair b = bernoulli_pair_positive(x);
        const double against = fitted * inverse * inverse * b.value;
        const double by_fitted = (b.value - b.argument * b.slope) * inverse * inverse;
        const double against_beta =
            (2.0 * forward - 1.0) * b.slope * inverse + by_fitted * fitted_beta;
        const double up_beta = against_beta + forward * inverse;
        const double down_beta = against_beta - (1.0 - forward) * inverse;
        const double by_diffusion = by_fitted * fitted_diffusion * diffusion_v;
        up[k] = against + forward * (speed * inverse);
        down[k] = against + (1.0 - forward) * (speed * inverse);
        up_v[k] = up_beta * at.f1[k] + by_diffusion;
        down_v[k] = down_beta * at.f1[k] + by_diffusion;
        up_g[k] = -up_beta;
        down_g[k] = -down_beta;
    }
}

} // namespace

RateEvaluator::RateEvaluator(const Grid& grid)
    : grid_(grid), z_(grid.cells), drift_(grid.cells), drift1_(grid.cells), noise_(grid.cells),
      noise1_(grid.cells), up_v_(grid.cells), down_v_(grid.cells), up_g_(grid.cells),
      down_g_(grid.cells) {}

void RateEvaluator::set_mean(const model::Population& population, double v) {
    for (std::size_t k = 0; k < grid_.cells; ++k) {
        z_[k] = std::clamp(v + grid_.centre(k), population.range.lower, population.range.upper);
    }
    population.drift->slopes(z_.data(), drift_.data(), drift1_.data(), grid_.cells);
    population.noise->slopes(z_.data(), noise_.data(), noise1_.data(), grid_.cells);
}

void RateEvaluator::rates(double g, double* up, double* down) const {
    compute_rates({drift_.data(), drift1_.data(), noise_.data(), noise1_.data(), grid_.cells}, g,
                  grid_.width(), up, down);
    up[grid_.cells - 1] = 0.0;
    down[0] = 0.0;
}

void RateEvaluator::rates_and_slopes(double g, const double* p, double* up, double* down,
                                     double* flux_v, double* flux_g) {
    compute_slopes({drift_.data(), drift1_.data(), noise_.data(), noise1_.data(), grid_.cells}, g,
                   grid_.width(), up, down, up_v_.data(), down_v_.data(), up_g_.data(),
                   down_g_.data());
    const std::size_t last = grid_.cells - 1;
    up[last] = 0.0;
    down[0] = 0.0;
    for (std::size_t k = 0; k < last; ++k) {
        flux_v[k] = up_v_[k] * p[k] - down_v_[k + 1] * p[k + 1];
        flux_g[k] = up_g_[k] * p[k] - down_g_[k + 1] * p[k + 1];
    }
    flux_v[last] = 0.0;
    flux_g[last] = 0.0;
}

} // namespace equipoise::kinetic
