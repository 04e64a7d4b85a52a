#include "equipoise/balance/drive.hpp"

#include <algorithm>
#include <cmath>

namespace equipoise::balance {

namespace {

/// Points per direction: well above twice the largest wave number, so that the modes are orthogonal
/// on the lattice and what lies outside them is seen.
std::size_t lattice_points(const model::Basis& basis, std::size_t direction) {
    const auto waves = static_cast<std::size_t>(basis.max_wave_number(direction));
    return std::max<std::size_t>(32, 4 * waves + 4);
}

} // namespace

DriveModes::DriveModes(const model::Model& model) : model_(&model) {
    const model::Basis& basis = model.basis();
    const config::Domain& domain = model.domain();
    const bool point = domain.kind == config::DomainKind::point;
    const bool torus = domain.kind == config::DomainKind::torus;
    const std::size_t first = point ? 1 : lattice_points(basis, 0);
    const std::size_t second = torus ? lattice_points(basis, 1) : 1;
    for (std::size_t i = 0; i < first; ++i) {
        for (std::size_t j = 0; j < second; ++j) {
            const model::Position phase{static_cast<double>(i) / static_cast<double>(first),
                                        static_cast<double>(j) / static_cast<double>(second)};
            lattice_.push_back({phase[0] * domain.length[0], phase[1] * domain.length[1]});
            phi_.resize(phi_.size() + basis.size());
            basis.values(phase, phi_.data() + phi_.size() - basis.size());
        }
    }
    modes_.resize(model.population_count() * basis.size());
    rest_.resize(model.population_count());
    for (const model::Population& population : model.populations()) {
        time_dependent_ = time_dependent_ || population.drive.depends_on_time();
    }
}

void DriveModes::project(std::size_t population, double t) {
    const std::size_t size = model_->basis().size();
    const model::FormulaFunction& drive = model_->population(population).drive;
    std::vector<double> values(lattice_.size());
    double* modes = modes_.data() + population * size;
    std::fill(modes, modes + size, 0.0);
    for (std::size_t i = 0; i < lattice_.size(); ++i) {
        values[i] = drive(lattice_[i], t);
        for (std::size_t p = 0; p < size; ++p) {
            modes[p] += phi_[i * size + p] * values[i];
        }
    }
    for (std::size_t p = 0; p < size; ++p) {
        modes[p] /= model_->basis().norm(p) * static_cast<double>(lattice_.size());
    }
    double rest = 0.0;
    for (std::size_t i = 0; i < lattice_.size(); ++i) {
        for (std::size_t p = 0; p < size; ++p) {
            values[i] -= phi_[i * size + p] * modes[p];
        }
        rest = std::max(rest, std::abs(values[i]));
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
