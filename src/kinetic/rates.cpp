#include "equipoise/kinetic/rates.hpp"

#include "equipoise/elementary/clones.hpp"
#include "equipoise/kinetic/cell_rates.hpp"
#include "equipoise/kinetic/lane_loops.hpp"
#include "equipoise/kinetic/lane_vector.hpp"

#include <algorithm>
#include <array>

namespace equipoise::kinetic {

namespace {

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

/// A row of at most values_at_once, by (cell, lane), with room for the last cell of the row before.
class Row {
  public:
    double* data() { return values_.data() + before; }
    /// From that last cell on.
    [[nodiscard]] const double* from_before(std::size_t lanes) const {
        return values_.data() + before - lanes;
    }
    void fill(double value) { values_.fill(value); }
    /// Makes the last of `count` values the cell before the next row.
    void end(std::size_t count, std::size_t lanes) {
        std::copy_n(data() + count - lanes, lanes, data() - lanes);
    }

  private:
    static constexpr std::size_t before = LineGroup::most_lanes;
    alignas(64) std::array<double, before + values_at_once> values_;
};

} // namespace

std::optional<double> uniform_noise(const model::Population& population) {
    const std::optional<model::Affine> affine = population.noise->affine();
    return affine.has_value() && affine->slope == 0.0 ? std::optional(affine->offset)
                                                      : std::nullopt;
}

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
    const std::optional<double> uniform = uniform_noise(population);
    uniform_ = uniform.has_value();
    if (uniform_) {
        noise_[0] = *uniform;
    } else {
        population.noise->values(z_.data(), noise_.data(), z_.size());
    }
}

void RateEvaluator::rates(const double* g, double* up, double* down) {
    compensate(drift_.data(), g, z_.size(), lanes_, beta_.data());
    cell_rates(beta_.data(), {noise_.data(), nullptr, uniform_}, grid_.width(), z_.size(), up,
               down);
    close_ends(up, down);
}

void RateEvaluator::close_ends(double* up, double* down) const {
    std::fill_n(up + (grid_.cells - 1) * lanes_, lanes_, 0.0);
    std::fill_n(down, lanes_, 0.0);
}

void RateEvaluator::rates_and_slopes(const model::Population& population, const double* v,
                                     const double* g, const double* p, double* up, double* down,
                                     double* flux_v, double* flux_g) {
    const double h = grid_.width();
    const std::size_t size = grid_.cells * lanes_;
    alignas(64) std::array<double, values_at_once> z;
    alignas(64) std::array<double, values_at_once> beta;
    alignas(64) std::array<double, values_at_once> s;
    alignas(64) std::array<double, values_at_once> s1;
    Row f1;
    Row by_beta;
    Row by_noise;
    // What does not depend on the state is not evaluated for every cell.
    const std::optional<model::Affine> linear = population.drift->affine();
    if (linear.has_value()) {
        f1.fill(linear->slope);
    }
    const std::optional<double> uniform = uniform_noise(population);
    if (uniform.has_value()) {
        s[0] = *uniform;
    }
    const CellNoise noise{s.data(), s1.data(), uniform.has_value()};
    std::size_t count = 0;
    for (std::size_t begin = 0; begin < size; begin += count) {
        count = std::min(values_at_once, size - begin);
        lane_loops::shift(v, y_.data() + begin / lanes_, population.range.lower,
                          population.range.upper, count / lanes_, lanes_, z.data());
        if (linear.has_value()) {
            population.drift->values(z.data(), beta.data(), count);
        } else {
            population.drift->slopes(z.data(), beta.data(), f1.data(), count);
        }
        compensate(beta.data(), g, count, lanes_, beta.data());
        if (!noise.uniform) {
            population.noise->slopes(z.data(), s.data(), s1.data(), count);
        }
        cell_slopes(beta.data(), noise, p + begin, h, count, up + begin, down + begin,
                    by_beta.data(), by_noise.data());
        // The fluxes through the faces below this row's cells; the first of all has none.
        const std::size_t first = begin == 0 ? lanes_ : 0;
        const std::size_t face = begin + first - lanes_;
        flux_slopes(by_beta.from_before(lanes_) + first,
                    noise.uniform ? nullptr : by_noise.from_before(lanes_) + first,
                    f1.from_before(lanes_) + first, p + face, h, lanes_, count - first,
                    flux_v + face, flux_g + face);
        f1.end(count, lanes_);
        by_beta.end(count, lanes_);
        if (!noise.uniform) {
            by_noise.end(count, lanes_);
        }
    }
    close_ends(up, down);
    std::fill_n(flux_v + size - lanes_, lanes_, 0.0);
    std::fill_n(flux_g + size - lanes_, lanes_, 0.0);
}

} // namespace equipoise::kinetic
