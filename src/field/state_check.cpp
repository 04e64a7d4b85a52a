#include "equipoise/field/state_check.hpp"

#include "equipoise/model/model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace equipoise::field {

namespace {

/// The part of a Gaussian state that may lie where drift, noise or gains are not defined.
constexpr double outside_mass = 1e-8;

/// The probability that a Gaussian state is outside the interval.
double mass_outside(const model::Interval& range, double v, double k) {
    const double scale = std::sqrt(std::max(k, 1e-300)) * std::numbers::sqrt2;
    return 0.5 * std::erfc((v - range.lower) / scale) + 0.5 * std::erfc((range.upper - v) / scale);
}

} // namespace

std::string state_complaint(const System& system) {
    const std::size_t sites = system.sites();
    for (std::size_t a = 0; a < system.populations(); ++a) {
        const model::Population& population = system.balance().model().population(a);
        const double* v = system.state().data() + a * sites;
        const double* k = system.state().data() + system.variance_row(a) * sites;
        for (std::size_t s = 0; s < sites; ++s) {
            const auto where = [&] {
                return fmt::format("population {}, x = {:.6g}, t = {:.6g}", population.name,
                                   system.lattice().position(s)[0], system.time());
            };
            if (!std::isfinite(v[s]) || !std::isfinite(k[s]) ||
                std::abs(v[s]) + std::sqrt(std::max(k[s], 0.0)) > model::state_bound) {
                return fmt::format("{}: the field's state has blown up (mean {:.3g}, variance "
                                   "{:.3g}); take a smaller field.time_step or "
                                   "field.tolerance, or a drift that confines",
                                   where(), v[s], k[s]);
            }
            if (population.range.is_bounded() &&
                mass_outside(population.range, v[s], k[s]) > outside_mass) {
                return fmt::format("{}: a part {:.2g} of the states lies outside {:.4g} .. {:.4g}, "
                                   "where drift, noise and gains are defined; give their tables or "
                                   "expressions a wider range",
                                   where(), mass_outside(population.range, v[s], k[s]),
                                   population.range.lower, population.range.upper);
            }
        }
    }
    return {};
}

} // namespace equipoise::field
