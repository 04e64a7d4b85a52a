#include "equipoise/kinetic/rates.hpp"

#include "equipoise/elementary/clones.hpp"
#include "equipoise/kinetic/bernoulli.hpp"
#include "equipoise/kinetic/lane_loops.hpp"
#include "equipoise/kinetic/lane_vector.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace equipoise::kinetic {

namespace {

constexpr double tiny = 1e-280; ///< keeps 0/0 at D = 0 finite

/// Cells in a row for which rates and slopes are worked out together, so that what lies between
/// stays in the nearest cache.
constexpr std::size_t cells_at_once = 32;

/// What depends on the cell's Peclet number w = |beta| h/D: F = D q with q = 1/(1 + w^2/12), and
/// the rate against the drift, (F/h^2) B(w/q).
struct Peclet {
    double number, bend, q;
};

inline Peclet peclet(double speed, double diffusion, double h) {
    const double number = speed * h * (1.0 / (diffusion + tiny));
    const double bend = std::fma(number * (1.0 / 12.0), number, 1.0);
    return {number, bend, 1.0 / bend};
}

// No branches in the loops below and no arrays that may overlap: they must vectorise.

EQUIPOISE_CLONES
void compute_rates(const double* __restrict beta, const double* __restrict s, double h,
                   std::size_t count, double* __restrict up, double* __restrict down) {
    const double inverse = 1.0 / h;
    for (std::size_t i = 0; i < count; ++i) {
        const double diffusion = 0.5 * s[i] * s[i];
        const Peclet of = peclet(std::abs(beta[i]), diffusion, h);
        const double against =
            diffusion * of.q * (inverse * inverse) * bernoulli_positive(of.number * of.bend);
        up[i] = std::fma(std::max(beta[i], 0.0), inverse, against);
        down[i] = std::fma(std::max(-beta[i], 0.0), inverse, against);
    }
}

/// Drift and noise with derivatives, and densities.
struct Cells {
    const double *beta, *f1, *s, *s1, *p;
};
/// Also p times the derivatives of the rates with respect to v and, with their signs turned, to g:
/// a cell's part of the derivatives of the fluxes through its upper and its lower face. dF/dD = q +
/// q^2 w^2/6, dF/d|beta| = -q^2 w h/6.
EQUIPOISE_CLONES
void compute_slopes(const Cells& at, double h, std::size_t count, double* __restrict up,
                    double* __restrict down, double* __restrict up_v, double* __restrict down_v,
                    double* __restrict up_g, double* __restrict down_g) {
    const double inverse = 1.0 / h;
    const double square_inverse = inverse * inverse;
    for (std::size_t i = 0; i < count; ++i) {
        const double diffusion = 0.5 * at.s[i] * at.s[i];
        const Peclet of = peclet(std::abs(at.beta[i]), diffusion, h);
        const BernoulliPair b = bernoulli_pair_positive(of.number * of.bend);
        const double against = diffusion * of.q * square_inverse * b.value;
        up[i] = std::fma(std::max(at.beta[i], 0.0), inverse, against);
        down[i] = std::fma(std::max(-at.beta[i], 0.0), inverse, against);
        const double by_fitted = std::fma(-b.argument, b.slope, b.value) * square_inverse;
        const double sixth = of.q * of.q * of.number * (1.0 / 6.0);
        const double against_speed = std::fma(b.slope, inverse, -by_fitted * (sixth * h));
        const double by_diffusion =
            by_fitted * std::fma(sixth, of.number, of.q) * (at.s[i] * at.s1[i]);
        // The rate along the drift is the one against it and |beta|/h.
        const double upwards = at.beta[i] >= 0.0 ? against_speed + inverse : -against_speed;
        const double along = upwards * at.p[i];
        const double back = std::fma(-inverse, at.p[i], along);
        up_g[i] = along;
        down_g[i] = back;
        const double spread = by_diffusion * at.p[i];
        up_v[i] = std::fma(along, at.f1[i], spread);
        down_v[i] = std::fma(back, at.f1[i], spread);
    }
}

/// to = from - g[lane].
template <class Vector>
[[gnu::always_inline]] inline void subtract(const double* from, const double* g, std::size_t count,
                                            double* to) {
    Vector shift;
    Vector value;
    load(g, shift);
    for (std::size_t i = 0; i < count; i += lanes_of<Vector>) {
        load(from + i, value);
        store(Vector(value - shift), to + i);
    }
}

EQUIPOISE_CLONES
void compensate(const double* drift, const double* g, std::size_t count, std::size_t lanes,
                double* beta) {
    if (lanes == 1) {
        subtract<double>(drift, g, count, beta);
    } else {
        subtract<LaneVector>(drift, g, count, beta);
    }
}

EQUIPOISE_CLONES
void subtract_arrays(const double* __restrict from, const double* __restrict what,
                     std::size_t count, double* __restrict to) {
    for (std::size_t i = 0; i < count; ++i) {
        to[i] = from[i] - what[i];
    }
}

} // namespace

RateEvaluator::RateEvaluator(const Grid& grid, std::size_t lanes) : grid_(grid), lanes_(lanes) {
    for (std::size_t k = 0; k < grid.cells; ++k) {
        y_.push_back(grid.centre(k));
    }
}

void RateEvaluator::set_means(const model::Population& population, const double* v) {
    for (std::vector<double>* array : {&z_, &drift_, &noise_, &beta_}) {
        array->resize(grid_.cells * lanes_);
    }
    lane_loops::shift(v, y_.data(), population.range.lower, population.range.upper, grid_.cells,
                      lanes_, z_.data());
    population.drift->values(z_.data(), drift_.data(), z_.size());
    population.noise->values(z_.data(), noise_.data(), z_.size());
}

void RateEvaluator::rates(const double* g, double* up, double* down) {
    compensate(drift_.data(), g, z_.size(), lanes_, beta_.data());
    compute_rates(beta_.data(), noise_.data(), grid_.width(), z_.size(), up, down);
    close_ends(up, down);
}

void RateEvaluator::close_ends(double* up, double* down) const {
    std::fill_n(up + (grid_.cells - 1) * lanes_, lanes_, 0.0);
    std::fill_n(down, lanes_, 0.0);
}

void RateEvaluator::rates_and_slopes(const model::Population& population, const double* v,
                                     const double* g, const double* p, double* up, double* down,
                                     double* flux_v, double* flux_g) {
    // A row of cells_at_once cells, and in front of the outflows the last cell of the row before.
    constexpr std::size_t most = cells_at_once * LineGroup::most_lanes;
    constexpr std::size_t before = LineGroup::most_lanes;
    std::array<double, most> z;
    std::array<double, most> drift;
    std::array<double, most> f1;
    std::array<double, most> s;
    std::array<double, most> s1;
    std::array<double, before + most> up_g;
    std::array<double, most> down_g;
    std::array<double, before + most> up_v;
    std::array<double, most> down_v;
    const std::size_t size = grid_.cells * lanes_;
    for (std::size_t begin = 0; begin < size;) {
        const std::size_t count = std::min(cells_at_once * lanes_, size - begin);
        lane_loops::shift(v, y_.data() + begin / lanes_, population.range.lower,
                          population.range.upper, count / lanes_, lanes_, z.data());
        population.drift->slopes(z.data(), drift.data(), f1.data(), count);
        population.noise->slopes(z.data(), s.data(), s1.data(), count);
        compensate(drift.data(), g, count, lanes_, drift.data());
        compute_slopes({drift.data(), f1.data(), s.data(), s1.data(), p + begin}, grid_.width(),
                       count, up + begin, down + begin, up_v.data() + before, down_v.data(),
                       up_g.data() + before, down_g.data());
        // The fluxes of all cells but this row's last, from the last one before on.
        const std::size_t first = begin == 0 ? lanes_ : 0;
        const std::size_t at = begin + first - lanes_;
        subtract_arrays(down_g.data() + first, up_g.data() + before + first - lanes_, count - first,
                        flux_g + at);
        subtract_arrays(up_v.data() + before + first - lanes_, down_v.data() + first, count - first,
                        flux_v + at);
        std::copy_n(up_g.data() + before + count - lanes_, lanes_, up_g.data() + before - lanes_);
        std::copy_n(up_v.data() + before + count - lanes_, lanes_, up_v.data() + before - lanes_);
        begin += count;
    }
    close_ends(up, down);
    std::fill_n(flux_v + size - lanes_, lanes_, 0.0);
    std::fill_n(flux_g + size - lanes_, lanes_, 0.0);
}

} // namespace equipoise::kinetic
