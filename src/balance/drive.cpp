#include "equipoise/balance/drive.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>

namespace equipoise::balance {

namespace {

/// Points per direction: well above twice the largest wave number, so that the modes are orthogonal
/// on the lattice and what lies outside them is seen.
config::SiteCount lattice_of(const model::Model& model) {
    const auto points = [&](std::size_t direction) {
        const auto waves = std::int64_t{model.basis().max_wave_number(direction)};
        return std::max<std::int64_t>(32, smooth_size(4 * waves + 4));
    };
    switch (model.domain().kind) {
    case config::DomainKind::point:
        break;
    case config::DomainKind::ring:
        return {points(0), 1};
    case config::DomainKind::torus:
        return {points(0), points(1)};
    }
    return {1, 1};
}

} // namespace

DriveModes::DriveModes(const model::Model& model)
    : model_(&model), transform_(lattice_of(model), model.basis()) {
    const config::SiteCount counts = lattice_of(model);
    const config::Domain& domain = model.domain();
    for (std::int64_t i = 0; i < counts[0]; ++i) {
        for (std::int64_t j = 0; j < counts[1]; ++j) {
            lattice_.push_back(
                {static_cast<double>(i) / static_cast<double>(counts[0]) * domain.length[0],
                 static_cast<double>(j) / static_cast<double>(counts[1]) * domain.length[1]});
        }
    }
    modes_.resize(model.population_count() * model.basis().size());
    rest_.resize(model.population_count());
    for (const model::Population& population : model.populations()) {
        time_dependent_ = time_dependent_ || population.drive.depends_on_time();
    }
}

void DriveModes::project(std::size_t population, double t) {
    const std::size_t size = model_->basis().size();
    const model::FormulaFunction& drive = model_->population(population).drive;
    const std::span<double> modes = std::span(modes_).subspan(population * size, size);
    const std::span<double> at_points = transform_.values();
    std::vector<double> values(lattice_.size());
    for (std::size_t i = 0; i < lattice_.size(); ++i) {
        values[i] = drive(lattice_[i], t);
        at_points[i] = values[i];
    }
    transform_.project(modes);
    for (std::size_t p = 0; p < size; ++p) {
        modes[p] /= model_->basis().norm(p) * static_cast<double>(lattice_.size());
    }
    transform_.evaluate(modes);
    double rest = 0.0;
    for (std::size_t i = 0; i < lattice_.size(); ++i) {
        rest = std::max(rest, std::abs(values[i] - at_points[i]));
    }
    rest_[population] = rest;
}

const std::vector<double>& DriveModes::at(double t) {
    for (std::size_t a = 0; a < model_->population_count(); ++a) {
        if (!computed_ || model_->population(a).drive.depends_on_time()) {
            project(a, t);
        }
    }
    computed_ = true;
    return modes_;
}

} // namespace equipoise::balance
