#include "equipoise/balance/balance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace equipoise::balance {

namespace {

/// Modes whose coefficients are smaller than this part of the population's largest are not
/// balanced: no network could (they relax at the rate sqrt(n) times the coefficient), their
/// recurrent input is below this part of the others', and the multipliers that would balance them
/// are rounding errors times the inverse.
constexpr double active_part = 1e-8;

} // namespace

Balance::Balance(const model::Model& model)
    : model_(&model), layout_(model),
      index_(model.population_count() * model.basis().size(), std::ptrdiff_t{-1}) {
    const std::size_t populations = model.population_count();
    const std::size_t modes = model.basis().size();
    for (std::size_t a = 0; a < populations; ++a) {
        const auto strongest = [&](std::size_t p) {
            double largest = 0.0;
            for (std::size_t b = 0; b < populations; ++b) {
                if (model.connected(a, b)) {
                    largest = std::max(largest, std::abs(model.coefficient(a, b, p)));
                }
            }
            return largest;
        };
        double scale = 0.0;
        for (std::size_t p = 0; p < modes; ++p) {
            scale = std::max(scale, strongest(p));
        }
        for (std::size_t p = 0; p < modes; ++p) {
            if (strongest(p) > active_part * scale) {
                index_[a * modes + p] = static_cast<std::ptrdiff_t>(unknowns_.size());
                unknowns_.push_back({a, p});
            }
        }
    }
}

bool Balance::active(std::size_t population, std::size_t mode) const {
    return index_[population * model_->basis().size() + mode] >= 0;
}

std::string Balance::name(const Unknown& unknown) const {
    const bool torus = model_->domain().kind == config::DomainKind::torus;
    return fmt::format("population {}, mode {}", model_->population(unknown.population).name,
                       model_->basis()[unknown.mode].name(torus));
}

Eigen::VectorXd Balance::combine(std::span<const double> moments) const {
    Eigen::VectorXd sum = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(size()));
    for (std::size_t i = 0; i < size(); ++i) {
        const auto [a, p] = unknowns_[i];
        for (std::size_t b = 0; b < model_->population_count(); ++b) {
            if (model_->connected(a, b)) {
                const std::size_t at = layout_.gain_begin(b, model_->gain_index(a, b)) + p;
                sum[static_cast<Eigen::Index>(i)] +=
                    model_->population(b).sign * model_->coefficient(a, b, p) * moments[at];
            }
        }
    }
    return sum;
}

Eigen::VectorXd Balance::residual(std::span<const double> drive,
                                  std::span<const double> moments) const {
    Eigen::VectorXd r = combine(moments);
    for (std::size_t i = 0; i < size(); ++i) {
        const auto [a, p] = unknowns_[i];
        r[static_cast<Eigen::Index>(i)] += drive[a * model_->basis().size() + p];
    }
    return r;
}

void Balance::make_products() const {
    const std::size_t modes = model_->basis().size();
    products_.reserve(modes * modes);
    for (std::size_t p = 0; p < modes; ++p) {
        for (std::size_t q = 0; q < modes; ++q) {
            Product& product = products_.emplace_back();
            for (const model::ModeTerm& term : layout_.basis().product(p, q, layout_.products())) {
                product.terms[product.count++] = term;
            }
        }
    }
}

Eigen::MatrixXd Balance::jacobian(std::span<const double> moments) const {
    const auto n = static_cast<Eigen::Index>(size());
    const std::size_t modes = model_->basis().size();
    if (products_.empty()) {
        make_products();
    }
    Eigen::MatrixXd jacobian = Eigen::MatrixXd::Zero(n, n);
    // Gram matrices of phi_p phi_q under E[G'] first: each serves every target of that gain.
    for (std::size_t b = 0; b < model_->population_count(); ++b) {
        for (std::size_t g = 0; g < model_->population(b).gains.size(); ++g) {
            const double* slope = moments.data() + layout_.slope_begin(b, g);
            for (std::size_t p = 0; p < modes; ++p) {
                for (std::size_t q = 0; q < modes; ++q) {
                    const std::ptrdiff_t column = index_[b * modes + q];
                    if (column < 0) {
                        continue;
                    }
                    double integral = 0.0;
                    const Product& product = products_[p * modes + q];
                    for (std::size_t i = 0; i < product.count; ++i) {
                        integral += product.terms[i].coefficient * slope[product.terms[i].mode];
                    }
                    for (std::size_t a = 0; a < model_->population_count(); ++a) {
                        const std::ptrdiff_t row = index_[a * modes + p];
                        if (row >= 0 && model_->connected(a, b) && model_->gain_index(a, b) == g) {
                            jacobian(row, column) = model_->population(b).sign *
                                                    model_->coefficient(a, b, p) * integral;
                        }
                    }
                }
            }
        }
    }
    return jacobian;
}

void Balance::scatter(const Eigen::VectorXd& values, std::span<double> by_mode) const {
    std::fill(by_mode.begin(), by_mode.end(), 0.0);
    for (std::size_t i = 0; i < size(); ++i) {
        by_mode[unknowns_[i].population * model_->basis().size() + unknowns_[i].mode] =
            values[static_cast<Eigen::Index>(i)];
    }
}

std::vector<std::string> Balance::unbalanced_drive(std::span<const double> drive,
                                                   std::span<const double> rest,
                                                   double tolerance) const {
    std::vector<std::string> complaints;
    const std::size_t modes = model_->basis().size();
    for (std::size_t a = 0; a < model_->population_count(); ++a) {
        for (std::size_t p = 0; p < modes; ++p) {
            const double component = drive[a * modes + p];
            if (!active(a, p) && std::abs(component) > tolerance) {
                complaints.push_back(fmt::format("{}: the drive has the component {:.3g} there, "
                                                 "and no coupling that could cancel it",
                                                 name({a, p}), component));
            }
        }
        if (rest[a] > tolerance) {
            complaints.push_back(
                fmt::format("population {}: the drive departs by {:.3g} from what the modes of the "
                            "kernels can represent, and no coupling could cancel that",
                            model_->population(a).name, rest[a]));
        }
    }
    return complaints;
}

} // namespace equipoise::balance
