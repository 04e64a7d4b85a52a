#include "equipoise/kinetic/cell_rates.hpp"

#include "equipoise/elementary/clones.hpp"
#include "equipoise/elementary/functions.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace equipoise::kinetic {

namespace {

// No branches in the loops below and no arrays that may overlap: they must vectorise.

/// A cell's diffusion as it is needed: D/h^2 and h/D.
struct Diffusion {
    double rate, inverse;
};

[[gnu::always_inline]] inline Diffusion diffusion(double s, double h) {
    constexpr double tiny = 1e-280; // keeps 0/0 finite
    const double square = s * s;
    return {square * (0.5 / (h * h)), (2.0 * h) / (square + tiny)};
}

/// The Peclet number w = |beta| h/D, x = |beta| h/F = w + w^3/12 + w^5/80 and e = 1/(exp(x) - 1).
/// The rate against the drift is (F/h^2) B(x) = (D/h^2) w e, for F x = D w: two divisions, one
/// where D is known. On cache lines of their own, since one that begins between two costs twice the
/// time.
struct Fitted {
    alignas(64) std::array<double, values_at_once> w, x, e;
};

/// In two loops, and the caller's is a third: a cell's operations wait for one another, and the
/// fewer there are in a loop the more cells a processor works on at once.
template <bool uniform>
[[gnu::always_inline]] inline void fit(const double* beta, const double* s, double h,
                                       std::size_t count, Fitted& of) {
    constexpr double least = 0x1p-300; // w e is 1 there
    constexpr double most = 8.75;      // and 1e-305 there: x is just below 708
    const Diffusion everywhere = diffusion(s[0], h);
    alignas(64) std::array<double, values_at_once> scale;
    for (std::size_t i = 0; i < count; ++i) {
        const double inverse = uniform ? everywhere.inverse : diffusion(s[i], h).inverse;
        const double w = std::min(std::abs(beta[i]) * inverse, most) + least;
        const double square = w * w;
        const double x = w * std::fma(square, std::fma(square, 1.0 / 80.0, 1.0 / 12.0), 1.0);
        const elementary::SplitExponent split = elementary::split_exponent(x);
        of.w[i] = w;
        of.x[i] = x;
        of.e[i] = split.rest;
        scale[i] = split.scale;
    }
    for (std::size_t i = 0; i < count; ++i) {
        of.e[i] = 1.0 / std::fma(scale[i], elementary::expm1_reduced(of.e[i]), scale[i] - 1.0);
    }
}

/// The derivative of Bernoulli's function B(x) = x e, for x > 0: (1 - B - x) e, by its series where
/// that cancels.
[[gnu::always_inline]] inline double bernoulli_slope(double x, double e) {
    constexpr double small = 0x1p-5;
    const double series = std::fma(
        x, elementary::detail::polynomial(x * x, 1.0 / 5040.0, -1.0 / 180.0, 1.0 / 6.0), -0.5);
    const double quotient = std::fma(-x, e, 1.0 - x) * e;
    return x < small ? series : quotient;
}

template <bool uniform>
[[gnu::always_inline]] inline void
rates_of_cells(const double* __restrict beta, const double* __restrict s, double h,
               std::size_t count, double* __restrict up, double* __restrict down) {
    const double inverse = 1.0 / h;
    const Diffusion everywhere = diffusion(s[0], h);
    Fitted fitted;
    for (std::size_t begin = 0; begin < count; begin += values_at_once) {
        const std::size_t width = std::min(values_at_once, count - begin);
        fit<uniform>(beta + begin, uniform ? s : s + begin, h, width, fitted);
        for (std::size_t l = 0; l < width; ++l) {
            const std::size_t i = begin + l;
            const double rate = uniform ? everywhere.rate : diffusion(s[i], h).rate;
            const double against = rate * (fitted.w[l] * fitted.e[l]);
            const double along = std::fma(std::abs(beta[i]), inverse, against);
            up[i] = beta[i] >= 0.0 ? along : against;
            down[i] = beta[i] >= 0.0 ? against : along;
        }
    }
}

/// With G = w^2 e (1 + e) the rate against the drift grows by (1 + w^2/4 + w^4/16) G/h^2 with D and
/// by (B'(x) - (w/6 + w^3/20) G)/h with |beta|. The rate along the drift is the one against it and
/// |beta|/h.
template <bool uniform>
[[gnu::always_inline]] inline void
slopes_of_cells(const double* __restrict beta, const CellNoise& noise, const double* __restrict p,
                double h, std::size_t count, double* __restrict up, double* __restrict down,
                double* __restrict by_beta, double* __restrict by_noise) {
    const double* __restrict s = noise.s;
    const double* __restrict s1 = noise.s1;
    const double inverse = 1.0 / h;
    const Diffusion everywhere = diffusion(s[0], h);
    Fitted fitted;
    fit<uniform>(beta, s, h, count, fitted);
    for (std::size_t i = 0; i < count; ++i) {
        const double w = fitted.w[i];
        const double e = fitted.e[i];
        const double w_e = w * e;
        const bool upwards = beta[i] >= 0.0;
        const double rate = uniform ? everywhere.rate : diffusion(s[i], h).rate;
        const double against = rate * w_e;
        const double along = std::fma(std::abs(beta[i]), inverse, against);
        up[i] = upwards ? along : against;
        down[i] = upwards ? against : along;
        const double g = w_e * (w + w_e);
        const double square = w * w;
        const double by_speed = std::fma(-w * std::fma(square, 1.0 / 20.0, 1.0 / 6.0), g,
                                         bernoulli_slope(fitted.x[i], e));
        const double weight = p[i] * inverse;
        by_beta[i] = (upwards ? by_speed + 1.0 : -by_speed) * weight;
        if constexpr (!uniform) {
            const double growth = std::fma(square, std::fma(square, 1.0 / 16.0, 0.25), 1.0);
            by_noise[i] = growth * g * (s[i] * s1[i]) * (weight * inverse);
        }
    }
}

EQUIPOISE_CLONES
void rates_by_cell(const double* beta, const double* s, double h, std::size_t count, double* up,
                   double* down) {
    rates_of_cells<false>(beta, s, h, count, up, down);
}

EQUIPOISE_CLONES
void rates_in_uniform_noise(const double* beta, const double* s, double h, std::size_t count,
                            double* up, double* down) {
    rates_of_cells<true>(beta, s, h, count, up, down);
}

EQUIPOISE_CLONES
void slopes_by_cell(const double* beta, const CellNoise& noise, const double* p, double h,
                    std::size_t count, double* up, double* down, double* by_beta,
                    double* by_noise) {
    slopes_of_cells<false>(beta, noise, p, h, count, up, down, by_beta, by_noise);
}

EQUIPOISE_CLONES
void slopes_in_uniform_noise(const double* beta, const CellNoise& noise, const double* p, double h,
                             std::size_t count, double* up, double* down, double* by_beta) {
    slopes_of_cells<true>(beta, noise, p, h, count, up, down, by_beta, nullptr);
}

template <bool with_noise>
[[gnu::always_inline]] inline void
slopes_of_fluxes(const double* by_beta, const double* by_noise, const double* f1, const double* p,
                 double h, std::size_t lanes, std::size_t count, double* __restrict flux_v,
                 double* __restrict flux_g) {
    const double inverse = 1.0 / h;
    for (std::size_t i = 0; i < count; ++i) {
        const double below = by_beta[i];
        const double above = std::fma(-inverse, p[i + lanes], by_beta[i + lanes]);
        flux_g[i] = above - below;
        const double by_drift = std::fma(below, f1[i], -above * f1[i + lanes]);
        flux_v[i] = with_noise ? by_drift + (by_noise[i] - by_noise[i + lanes]) : by_drift;
    }
}

EQUIPOISE_CLONES
void fluxes_by_cell(const double* by_beta, const double* by_noise, const double* f1,
                    const double* p, double h, std::size_t lanes, std::size_t count, double* flux_v,
                    double* flux_g) {
    slopes_of_fluxes<true>(by_beta, by_noise, f1, p, h, lanes, count, flux_v, flux_g);
}

EQUIPOISE_CLONES
void fluxes_in_uniform_noise(const double* by_beta, const double* f1, const double* p, double h,
                             std::size_t lanes, std::size_t count, double* flux_v, double* flux_g) {
    slopes_of_fluxes<false>(by_beta, nullptr, f1, p, h, lanes, count, flux_v, flux_g);
}

} // namespace

void cell_rates(const double* beta, const CellNoise& noise, double h, std::size_t count, double* up,
                double* down) {
    (noise.uniform ? rates_in_uniform_noise : rates_by_cell)(beta, noise.s, h, count, up, down);
}

void cell_slopes(const double* beta, const CellNoise& noise, const double* p, double h,
                 std::size_t count, double* up, double* down, double* by_beta, double* by_noise) {
    if (noise.uniform) {
        slopes_in_uniform_noise(beta, noise, p, h, count, up, down, by_beta);
    } else {
        slopes_by_cell(beta, noise, p, h, count, up, down, by_beta, by_noise);
    }
}

void flux_slopes(const double* by_beta, const double* by_noise, const double* f1, const double* p,
                 double h, std::size_t lanes, std::size_t count, double* flux_v, double* flux_g) {
    if (by_noise == nullptr) {
        fluxes_in_uniform_noise(by_beta, f1, p, h, lanes, count, flux_v, flux_g);
    } else {
        fluxes_by_cell(by_beta, by_noise, f1, p, h, lanes, count, flux_v, flux_g);
    }
}

} // namespace equipoise::kinetic
