#include "equipoise/model/input_checks.hpp"

#include "equipoise/model/initial_factor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

namespace equipoise::model {

namespace {

/// Positions at which formulas are looked at: an even lattice.
std::vector<Position> lattice(const config::Domain& domain) {
    switch (domain.kind) {
    case config::DomainKind::point:
        break;
    case config::DomainKind::ring: {
        constexpr int points = 360;
        std::vector<Position> positions;
        for (int i = 0; i < points; ++i) {
            positions.push_back({domain.length[0] * i / points, 0.0});
        }
        return positions;
    }
    case config::DomainKind::torus: {
        constexpr int points = 48;
        std::vector<Position> positions;
        for (int i = 0; i < points; ++i) {
            for (int j = 0; j < points; ++j) {
                positions.push_back({domain.length[0] * i / points, domain.length[1] * j / points});
            }
        }
        return positions;
    }
    }
    return {{0.0, 0.0}};
}

/// "x = 0.25, t = 0", as far as there is a position.
std::string place(const Position& x, double t, config::DomainKind kind) {
    switch (kind) {
    case config::DomainKind::ring:
        return fmt::format("x = {:.6g}, t = {:.6g}", x[0], t);
    case config::DomainKind::torus:
        return fmt::format("x1 = {:.6g}, x2 = {:.6g}, t = {:.6g}", x[0], x[1], t);
    case config::DomainKind::point:
        break;
    }
    return fmt::format("t = {:.6g}", t);
}

config::Complaints check_values(const FormulaFunction& formula, const config::Config& config,
                                int times, double least, const std::string& remedy) {
    const std::vector<Position> positions =
        formula.depends_on_position() ? lattice(config.domain) : std::vector<Position>{{0.0, 0.0}};
    for (const Position& x : positions) {
        for (int k = 0; k <= times; ++k) {
            const double t = times == 0 ? 0.0 : config.run.t_end * k / times;
            const double value = formula(x, t);
            if (!std::isfinite(value) || value < least) {
                return {{fmt::format("is {:.6g} at {}", value, place(x, t, config.domain.kind)),
                         remedy}};
            }
        }
    }
    return {};
}

config::Complaints check_initial(const FormulaFunction& formula, const config::Config& config,
                                 double least, const std::string& remedy) {
    if (formula.depends_on_time()) {
        return {{"depends on t, but describes the state at the start", "leave t out"}};
    }
    return check_values(formula, config, 0, least, remedy);
}

/// The probability that a normal variable lies outside an interval.
double probability_outside(const Interval& interval, double mean, double variance) {
    if (variance == 0.0) {
        return interval.contains(mean) ? 0.0 : 1.0;
    }
    const double scale = 1.0 / (std::sqrt(variance) * std::numbers::sqrt2);
    return 0.5 * std::erfc((mean - interval.lower) * scale) +
           0.5 * std::erfc((interval.upper - mean) * scale);
}

} // namespace

config::Complaints check_finite(const FormulaFunction& formula, const config::Config& config) {
    constexpr int times = 16;
    return check_values(formula, config, formula.depends_on_time() ? times : 0,
                        -std::numeric_limits<double>::infinity(),
                        "it must be finite everywhere and at all times of the run");
}

config::Complaints check_initial_mean(const FormulaFunction& formula,
                                      const config::Config& config) {
    return check_initial(formula, config, -std::numeric_limits<double>::infinity(),
                         "it must be finite everywhere");
}

config::Complaints check_initial_variance(const FormulaFunction& formula,
                                          const config::Config& config) {
    return check_initial(formula, config, 0.0, "it must be finite and not negative everywhere");
}

config::Complaints check_initial_covariance(const FormulaFunction& formula,
                                            const config::Config& config) {
    return check_initial_mean(formula, config);
}

config::Complaints check_covariance(const Covariance& covariance,
                                    const std::vector<Population>& populations,
                                    const config::Config& config) {
    const Population& first = populations[covariance.first];
    const Population& second = populations[covariance.second];
    for (const Position& x : lattice(config.domain)) {
        const double value = covariance.value(x, 0.0);
        const double k1 = first.variance(x, 0.0);
        const double k2 = second.variance(x, 0.0);
        const double largest = std::sqrt(k1 * k2);
        if (std::abs(value) > largest * (1.0 + covariance_rounding)) {
            return {{fmt::format("is {:.6g} at {}, where the variances of {} and {} are {:.6g} and "
                                 "{:.6g}",
                                 value, place(x, 0.0, config.domain.kind), first.name, second.name,
                                 k1, k2),
                     fmt::format("at most sqrt({:.6g} * {:.6g}) = {:.6g} is allowed there, in size",
                                 k1, k2, largest)}};
        }
    }
    return {};
}

config::Complaints check_covariance_matrix(const std::vector<Population>& populations,
                                           const std::vector<Covariance>& covariances,
                                           const config::Config& config) {
    std::vector<double> factor(populations.size() * populations.size());
    for (const Position& x : lattice(config.domain)) {
        initial_factor(populations, covariances, x, factor);
        if (std::any_of(factor.begin(), factor.end(), [](double l) { return std::isnan(l); })) {
            return {{fmt::format("together with the variances and the other covariances it is no "
                                 "covariance matrix at {}: not positive semi-definite",
                                 place(x, 0.0, config.domain.kind)),
                     "make the covariances smaller"}};
        }
    }
    return {};
}

config::Complaints check_noise(const Function& noise) {
    constexpr std::size_t samples = 4000;
    const Interval range = noise.range().is_bounded() ? noise.range() : Interval{-50.0, 50.0};
    std::vector<double> z(samples + 1);
    for (std::size_t i = 0; i <= samples; ++i) {
        z[i] = range.lower + (range.upper - range.lower) * static_cast<double>(i) / samples;
    }
    std::vector<double> sigma(z.size());
    noise.values(z.data(), sigma.data(), z.size());
    const double least = -noise.interpolation_error();
    for (std::size_t i = 0; i < z.size(); ++i) {
        if (!(sigma[i] >= least)) {
            return {{fmt::format("is {:.6g} at z = {:.6g}", sigma[i], z[i]),
                     "a noise intensity must not be negative on its range"}};
        }
    }
    return {};
}

config::Complaints check_range(const Population& population, const config::Config& config) {
    const Interval& range = population.range;
    if (!range.is_bounded()) {
        return {};
    }
    if (!(range.lower < range.upper)) {
        return {{fmt::format("drift, noise and gains of population {} are defined on ranges that "
                             "do not meet",
                             population.name),
                 "widen the ranges of its expressions and tables"}};
    }
    const std::vector<Position> positions = lattice(config.domain);
    double outside = 0.0;
    for (const Position& x : positions) {
        const double variance = config.run.solvers.network ? population.variance(x, 0.0) : 0.0;
        outside += probability_outside(range, population.mean(x, 0.0), variance);
    }
    outside *= static_cast<double>(population.neurons) / static_cast<double>(positions.size());
    if (outside < 0.5) {
        return {};
    }
    return {{fmt::format("about {:.3g} of the {} neurons of population {} would start outside "
                         "[{:.6g}, {:.6g}], where its drift, noise and gains are defined",
                         outside, population.neurons, population.name, range.lower, range.upper),
             "widen the ranges of its expressions and tables, or change its initial mean or "
             "variance"}};
}

} // namespace equipoise::model
