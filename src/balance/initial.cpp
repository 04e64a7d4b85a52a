#include "equipoise/balance/initial.hpp"

#include "equipoise/model/gauss_hermite.hpp"

#include <algorithm>
#include <cmath>

namespace equipoise::balance {

std::vector<double> gaussian_moments(const MomentLayout& layout, const model::Model& model,
                                     std::span<const model::Position> phases,
                                     std::span<const double> v, std::span<const double> k) {
    const model::GaussHermite rule(48);
    const std::size_t sites = phases.size();
    const std::size_t modes = layout.basis().size();
    const std::size_t products = layout.products().size();
    std::vector<double> moments(layout.size(), 0.0);
    std::vector<double> z(rule.size());
    std::vector<double> value(rule.size());
    std::vector<double> slope(rule.size());
    std::vector<double> phi(modes);
    std::vector<double> phi_products(products);
    const double share = 1.0 / static_cast<double>(sites);
    for (std::size_t s = 0; s < sites; ++s) {
        layout.basis().values(phases[s], phi.data());
        layout.products().values(phases[s], phi_products.data());
        for (std::size_t b = 0; b < model.population_count(); ++b) {
            const double deviation = std::sqrt(k[b * sites + s]);
            const model::Interval range = model.population(b).range;
            for (std::size_t i = 0; i < rule.size(); ++i) {
                // The outermost nodes may leave a table's range; their weights are negligible.
                z[i] = std::clamp(v[b * sites + s] + deviation * rule.nodes[i], range.lower,
                                  range.upper);
            }
            for (std::size_t g = 0; g < model.population(b).gains.size(); ++g) {
                model.population(b).gains[g]->slopes(z.data(), value.data(), slope.data(),
                                                     z.size());
                double mean_value = 0.0;
                double mean_slope = 0.0;
                for (std::size_t i = 0; i < rule.size(); ++i) {
                    mean_value += rule.weights[i] * value[i];
                    mean_slope += rule.weights[i] * slope[i];
                }
                double* m0 = moments.data() + layout.gain_begin(b, g);
                double* m1 = moments.data() + layout.slope_begin(b, g);
                for (std::size_t p = 0; p < modes; ++p) {
                    m0[p] += share * phi[p] * mean_value;
                }
                for (std::size_t p = 0; p < products; ++p) {
                    m1[p] += share * phi_products[p] * mean_slope;
                }
            }
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
        gaussian_moments(balance.layout(), model, initial.phases, initial.mean, initial.variance);
    initial.residual = balance.residual(drive.at(0.0), initial.moments);
    return initial;
}

} // namespace equipoise::balance
