#include "equipoise/balance/mode_jacobian.hpp"

#include <algorithm>
#include <cmath>

namespace equipoise::balance {

namespace {

/// phi_p phi_q E[G'] reaches four times the largest wave number of the kernels: with more sites its
/// average over the lattice is the integral.
config::SiteCount lattice(const model::Basis& basis) {
    const auto sites = [&](std::size_t direction) {
        return smooth_size(4 * static_cast<std::int64_t>(basis.max_wave_number(direction)) + 1);
    };
    return {sites(0), sites(1)};
}

} // namespace

ModeJacobian::ModeJacobian(const Balance& balance)
    : balance_(&balance), modes_(balance.layout().basis().size()),
      slope_modes_(lattice(balance.layout().basis()), balance.layout().products()),
      kernel_modes_(lattice(balance.layout().basis()), balance.layout().basis()) {
    const model::Model& model = balance.model();
    for (std::size_t b = 0; b < model.population_count(); ++b) {
        for (std::size_t g = 0; g < model.population(b).gains.size(); ++g) {
            sources_.push_back({b, g});
        }
    }
    active_.resize(modes_);
    for (const Unknown& unknown : balance.unknowns()) {
        active_[unknown.mode].push_back(unknown.population);
    }
    const std::size_t sites = kernel_modes_.values().size();
    slopes_.resize(sources_.size() * sites);
    average_.resize(sources_.size());
    field_.resize(sites);
    sums_.resize(modes_);
}

void ModeJacobian::set(std::span<const double> moments) {
    const MomentLayout& layout = balance_->layout();
    const model::Basis& products = layout.products();
    const std::size_t constant = products.index({{}, false});
    const std::size_t sites = field_.size();
    unevenness_ = 0.0;
    coefficients_.resize(products.size());
    for (std::size_t i = 0; i < sources_.size(); ++i) {
        const double* slope =
            moments.data() + layout.slope_begin(sources_[i].population, sources_[i].gain);
        average_[i] = slope[constant];
        double largest = 0.0;
        for (std::size_t p = 0; p < products.size(); ++p) {
            coefficients_[p] = slope[p] / products.norm(p);
            largest = p == constant ? largest : std::max(largest, std::abs(coefficients_[p]));
        }
        if (largest > 0.0) {
            unevenness_ = std::max(unevenness_, largest / std::abs(average_[i]));
        }
        slope_modes_.evaluate(coefficients_);
        std::copy_n(slope_modes_.values().begin(), sites,
                    slopes_.begin() + static_cast<std::ptrdiff_t>(i * sites));
    }
}

Eigen::VectorXd ModeJacobian::apply(const Eigen::VectorXd& h) {
    const model::Model& model = balance_->model();
    const std::size_t sites = field_.size();
    coefficients_.resize(model.population_count() * modes_);
    balance_->scatter(h, coefficients_);
    std::vector<double> by_target(model.population_count() * modes_, 0.0);
    const double share = 1.0 / static_cast<double>(sites);
    std::size_t of_field = model.population_count(); // the population that field_ is of
    for (std::size_t i = 0; i < sources_.size(); ++i) {
        const auto [b, g] = sources_[i];
        const std::span<double> values = kernel_modes_.values();
        if (of_field != b) {
            kernel_modes_.evaluate(std::span(coefficients_).subspan(b * modes_, modes_));
            std::copy(values.begin(), values.end(), field_.begin());
            of_field = b;
        }
        const double* slope = slopes_.data() + i * sites;
        for (std::size_t s = 0; s < sites; ++s) {
            values[s] = slope[s] * field_[s];
        }
        kernel_modes_.project(sums_);
        for (std::size_t a = 0; a < model.population_count(); ++a) {
            if (!model.connected(a, b) || model.gain_index(a, b) != g) {
                continue;
            }
            const double factor = model.population(b).sign * share;
            for (std::size_t p = 0; p < modes_; ++p) {
                by_target[a * modes_ + p] += factor * model.coefficient(a, b, p) * sums_[p];
            }
        }
    }
    Eigen::VectorXd result(h.size());
    for (std::size_t i = 0; i < balance_->size(); ++i) {
        const auto [a, p] = balance_->unknowns()[i];
        result[static_cast<Eigen::Index>(i)] = by_target[a * modes_ + p];
    }
    return result;
}

Eigen::MatrixXd ModeJacobian::uniform_block(std::size_t mode) const {
    const model::Model& model = balance_->model();
    const std::vector<std::size_t>& populations = active_[mode];
    const auto n = static_cast<Eigen::Index>(populations.size());
    Eigen::MatrixXd block = Eigen::MatrixXd::Zero(n, n);
    for (std::size_t i = 0; i < sources_.size(); ++i) {
        const auto [b, g] = sources_[i];
        const auto column = std::find(populations.begin(), populations.end(), b);
        if (column == populations.end()) {
            continue;
        }
        for (std::size_t row = 0; row < populations.size(); ++row) {
            const std::size_t a = populations[row];
            if (model.connected(a, b) && model.gain_index(a, b) == g) {
                block(static_cast<Eigen::Index>(row), column - populations.begin()) =
                    model.population(b).sign * model.coefficient(a, b, mode) *
                    balance_->layout().basis().norm(mode) * average_[i];
            }
        }
    }
    return block;
}

} // namespace equipoise::balance
