#include "equipoise/balance/initial.hpp"

#include "equipoise/balance/mode_transform.hpp"
#include "equipoise/model/gauss_hermite.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

namespace equipoise::balance {

std::vector<double> gaussian_moments(const MomentLayout& layout, const model::Model& model,
                                     const config::SiteCount& counts, std::span<const double> v,
                                     std::span<const double> k) {
    const model::GaussHermite rule(48);
    ModeTransform kernel_modes(counts, layout.basis());
    ModeTransform slope_modes(counts, layout.products());
    const std::size_t sites = kernel_modes.values().size();
    std::vector<double> moments(layout.size(), 0.0);
    std::vector<double> z(rule.size());
    std::vector<double> value(rule.size());
    std::vector<double> slope(rule.size());
    for (std::size_t b = 0; b < model.population_count(); ++b) {
        const model::Interval range = model.population(b).range;
        for (std::size_t g = 0; g < model.population(b).gains.size(); ++g) {
            for (std::size_t s = 0; s < sites; ++s) {
                const double deviation = std::sqrt(k[b * sites + s]);
                for (std::size_t i = 0; i < rule.size(); ++i) {
                    // The outermost nodes may leave a table's range; their weights are negligible.
                    z[i] = std::clamp(v[b * sites + s] + deviation * rule.nodes[i], range.lower,
                                      range.upper);
                }
                model.population(b).gains[g]->slopes(z.data(), value.data(), slope.data(),
                                                     z.size());
                const auto mean = [&](const std::vector<double>& values) {
                    return std::inner_product(values.begin(), values.end(), rule.weights.begin(),
                                              0.0) /
                           static_cast<double>(sites);
                };
                kernel_modes.values()[s] = mean(value);
                slope_modes.values()[s] = mean(slope);
            }
            const std::span<double> all = moments;
            kernel_modes.project(all.subspan(layout.gain_begin(b, g), layout.basis().size()));
            slope_modes.project(all.subspan(layout.slope_begin(b, g), layout.products().size()));
        }
    }
    return moments;
}

InitialBalance initial_balance(const Balance& balance, DriveModes& drive) {
    const model::Model& model = balance.model();
    const config::Domain& domain = model.domain();
    InitialBalance initial;
    const bool torus = domain.kind == config::DomainKind::torus;
    const auto points = [&](std::size_t direction) {
        const int waves = balance.layout().products().max_wave_number(direction);
        return std::max(static_cast<std::size_t>(torus ? 32 : 128),
                        2 * static_cast<std::size_t>(waves) + 2);
    };
    const std::size_t first = domain.kind == config::DomainKind::point ? 1 : points(0);
    const std::size_t second = torus ? points(1) : 1;
    initial.counts = {static_cast<std::int64_t>(first), static_cast<std::int64_t>(second)};
    for (std::size_t i = 0; i < first; ++i) {
        for (std::size_t j = 0; j < second; ++j) {
            initial.phases.push_back({static_cast<double>(i) / static_cast<double>(first),
                                      static_cast<double>(j) / static_cast<double>(second)});
        }
    }
    for (const model::Population& population : model.populations()) {
        for (const model::Position& phase : initial.phases) {
            const model::Position x{phase[0] * domain.length[0], phase[1] * domain.length[1]};
            initial.mean.push_back(population.mean(x, 0.0));
            initial.variance.push_back(population.variance(x, 0.0));
        }
    }
    initial.moments =
        gaussian_moments(balance.layout(), model, initial.counts, initial.mean, initial.variance);
    initial.residual = balance.residual(drive.at(0.0), initial.moments);
    return initial;
}

} // namespace equipoise::balance
