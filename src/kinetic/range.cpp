#include "equipoise/kinetic/range.hpp"

#include "equipoise/elementary/clones.hpp"
#include "equipoise/elementary/functions.hpp"
#include "equipoise/kinetic/rates.hpp"
#include "equipoise/util/errors.hpp"

#include <boost/math/tools/toms748_solve.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <set>
#include <utility>

namespace equipoise::kinetic {

namespace {

/// A range is found to a cell of this grid; a tenth is added to it.
constexpr std::size_t search_cells = 1000;
/// Ranges are searched for up to this many times the initial guess.
constexpr double largest_factor = 4096.0;

/// log(up_k/down_{k+1}), by which the logarithm of a stationary mass grows from cell k to the next.
EQUIPOISE_CLONES
void growth_of_logarithm(const double* __restrict up, const double* __restrict down,
                         std::size_t cells, double* __restrict growth) {
    constexpr double least = 1e-150; // keeps quotients of rates finite
    for (std::size_t k = 0; k + 1 < cells; ++k) {
        growth[k] = elementary::logarithm(std::max(up[k], least) / std::max(down[k + 1], least));
    }
}

EQUIPOISE_CLONES
void exponentials(double* values, double shift, std::size_t count) {
    for (std::size_t k = 0; k < count; ++k) {
        values[k] = elementary::exponential(values[k] - shift);
    }
}

/// The stationary masses of the chain, in p; returns mean and variance.
std::array<double, 2> stationary_density(const Grid& grid, const std::vector<double>& up,
                                         const std::vector<double>& down, std::vector<double>& p) {
    p[grid.cells - 1] = 0.0;
    growth_of_logarithm(up.data(), down.data(), grid.cells, p.data());
    double logarithm = 0.0;
    double top = 0.0;
    for (double& value : p) {
        logarithm += std::exchange(value, logarithm);
        top = std::max(top, logarithm);
    }
    exponentials(p.data(), top, p.size());
    double mass = 0.0;
    double first = 0.0;
    double second = 0.0;
    for (std::size_t k = 0; k < grid.cells; ++k) {
        const double y = grid.centre(k);
        mass += p[k];
        first += y * p[k];
        second += y * y * p[k];
    }
    for (double& value : p) {
        value /= mass;
    }
    const double mean = first / mass;
    return {mean, second / mass - mean * mean};
}

/// The stationary density of mean 0 about v on [-reach, reach]; false when there is none for any g.
bool centred_stationary_density(const model::Population& population, double v, const Grid& grid,
                                std::vector<double>& p) {
    const double close = 1e-6 * grid.upper;
    RateEvaluator evaluator(grid);
    std::vector<double> up(grid.cells);
    std::vector<double> down(grid.cells);
    evaluator.set_mean(population, v);
    std::array<double, 2> last{};
    const auto mean_at = [&](double g) {
        evaluator.rates(g, up.data(), down.data());
        last = stationary_density(grid, up, down, p);
        return last[0];
    };
    // The mean falls monotonically in g, near f(v) as in a linear drift: there by variance/D.
    const double inside = std::clamp(v, population.range.lower, population.range.upper);
    const double sigma = population.noise->value(inside);
    double low = population.drift->value(inside);
    double f_low = mean_at(low);
    if (std::abs(f_low) <= close) {
        return true;
    }
    double step = std::clamp(std::abs(f_low) * sigma * sigma / last[1], 1e-3, 1e3);
    double high = low;
    double f_high = f_low;
    while ((f_high > 0.0) == (f_low > 0.0) && step < 1e9) {
        low = std::exchange(high, f_low > 0.0 ? high + step : high - step);
        f_low = std::exchange(f_high, mean_at(high));
        step *= 2.0;
    }
    if (low > high) {
        std::swap(low, high);
        std::swap(f_low, f_high);
    }
    if (f_low > 0.0 && f_high < 0.0) {
        std::uintmax_t evaluations = 100;
        boost::math::tools::eps_tolerance<double> same(40);
        boost::math::tools::toms748_solve(
            mean_at, low, high, f_low, f_high,
            [&](double a, double b) { return std::abs(last[0]) <= close || same(a, b); },
            evaluations);
    }
    return std::abs(last[0]) < 1e-3 * grid.upper;
}

} // namespace

std::array<double, 2> stationary_range(const model::Population& population, double v,
                                       double first_guess) {
    std::vector<double> p(search_cells);
    for (double factor = 1.0; factor <= largest_factor; factor *= 2.0) {
        const double reach = factor * first_guess;
        const Grid grid{-reach, reach, search_cells};
        if (!centred_stationary_density(population, v, grid, p)) {
            continue;
        }
        double below = 0.0;
        double above = 0.0;
        std::size_t first = 0;
        std::size_t last = search_cells - 1;
        while (below + p[first] < 0.25 * tail_mass) {
            below += p[first++];
        }
        while (above + p[last] < 0.25 * tail_mass) {
            above += p[last--];
        }
        // Both tails must end well inside, or the ends of this interval have shaped them.
        if (first > search_cells / 40 && last < search_cells - search_cells / 40) {
            return {grid.centre(first) - grid.width(), grid.centre(last) + grid.width()};
        }
    }
    throw NumericsError(fmt::format(
        "population {}: no range of y within {:.4g} about the mean {:.4g} holds all but "
        "{:.0e} of the stationary density: the drift does not confine it, or its tails "
        "are too heavy; give kinetic.range = lower upper",
        population.name, largest_factor * first_guess, v, tail_mass));
}

std::array<double, 2> choose_range(const config::Config& config, const model::Model& model,
                                   const std::vector<Spread>& spreads) {
    // Where the tail of a standard normal holds tail_mass in all.
    constexpr double deviations = 6.4671;
    const config::Kinetic& kinetic = config.kinetic;
    if (kinetic.range.has_value()) {
        for (std::size_t a = 0; a < spreads.size(); ++a) {
            const double deviation = std::sqrt(spreads[a].largest_variance);
            const auto [lower, upper] = *kinetic.range;
            const double outside = 0.5 * std::erfc(-lower / (deviation * std::numbers::sqrt2)) +
                                   0.5 * std::erfc(upper / (deviation * std::numbers::sqrt2));
            if (!(lower < 0.0 && upper > 0.0) || (deviation > 0.0 && outside > boundary_mass)) {
                throw InputError({config.problem(
                    "kinetic.range",
                    fmt::format("population {}: leaves {:.2g} of the initial density outside",
                                model.population(a).name, outside),
                    fmt::format("choose about {:.3g} {:.3g} or more, or auto",
                                -deviations * deviation, deviations * deviation))});
            }
        }
        return *kinetic.range;
    }
    std::array<double, 2> range{0.0, 0.0};
    for (std::size_t a = 0; a < spreads.size(); ++a) {
        const Spread& spread = spreads[a];
        const double initial = deviations * std::sqrt(spread.largest_variance);
        range = {std::min(range[0], -initial), std::max(range[1], initial)};
        const double middle = 0.5 * (spread.lowest_mean + spread.highest_mean);
        const model::Population& population = model.population(a);
        const double guess =
            std::max(initial, 1e-3 + std::abs(population.noise->value(std::clamp(
                                         middle, population.range.lower, population.range.upper))));
        // At a point, and where means are uniform, the three are one. In a linear drift with
        // uniform noise densities are the same about every mean.
        std::set<double> means{middle};
        if (!population.drift->affine().has_value() || !uniform_noise(population).has_value()) {
            means.insert({spread.lowest_mean, spread.highest_mean});
        }
        for (const double v : means) {
            const auto [lower, upper] = stationary_range(population, v, guess);
            range = {std::min(range[0], lower), std::max(range[1], upper)};
        }
    }
    return {1.1 * range[0], 1.1 * range[1]};
}

} // namespace equipoise::kinetic
