#include "equipoise/balance/coupling.hpp"

#include "equipoise/util/errors.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace equipoise::balance {

Coupling::Coupling(const parallel::Communicator& comm, const Balance& balance,
                   const Lattice& lattice, std::int64_t block)
    : balance_(&balance), lattice_(&lattice), drive_(balance.model()),
      average_(comm, lattice, block), moments_(balance.layout().size()) {}

Eigen::VectorXd Coupling::combine(std::span<const double> values) {
    const MomentLayout& layout = balance_->layout();
    const std::size_t modes = layout.basis().size();
    average_.compute(values, gains(), lattice_->basis(), modes,
                     std::span(moments_).first(layout.order_zero_size()));
    return balance_->combine(moments_);
}

Eigen::MatrixXd Coupling::combine_slopes(std::span<const double> values) {
    const MomentLayout& layout = balance_->layout();
    const std::size_t modes = layout.products().size();
    average_.compute(values, gains(), lattice_->products(), modes,
                     std::span(moments_).subspan(layout.order_zero_size()));
    return balance_->jacobian(moments_);
}

SiteAverage::Rows Coupling::begin() const {
    return average_.begin(gains(), lattice_->basis_rows());
}

SiteAverage::Rows Coupling::begin_slopes() const {
    return average_.begin(gains(), lattice_->products_rows());
}

Eigen::VectorXd Coupling::combine(const SiteAverage::Rows& rows) {
    average_.finish(rows, std::span(moments_).first(balance_->layout().order_zero_size()));
    return balance_->combine(moments_);
}

Eigen::MatrixXd Coupling::combine_slopes(const SiteAverage::Rows& rows) {
    average_.finish(rows, std::span(moments_).subspan(balance_->layout().order_zero_size()));
    return balance_->jacobian(moments_);
}

Eigen::VectorXd Coupling::drive(double t) {
    const std::vector<double>& modes = drive_.at(t);
    if (!drive_checked_ || drive_.depends_on_time()) {
        std::vector<double> rest;
        for (std::size_t a = 0; a < balance_->model().population_count(); ++a) {
            rest.push_back(drive_.rest(a));
        }
        const std::vector<std::string> complaints = balance_->unbalanced_drive(modes, rest);
        if (!complaints.empty()) {
            throw NumericsError(
                fmt::format("no balanced state at t = {:.6g}: {}", t, fmt::join(complaints, "; ")));
        }
        drive_checked_ = true;
    }
    Eigen::VectorXd values(static_cast<Eigen::Index>(balance_->size()));
    for (std::size_t i = 0; i < balance_->size(); ++i) {
        const Unknown& unknown = balance_->unknowns()[i];
        values[static_cast<Eigen::Index>(i)] =
            modes[unknown.population * balance_->layout().basis().size() + unknown.mode];
    }
    return values;
}

Eigen::VectorXd Coupling::drive_rate(double t) {
    if (!drive_.depends_on_time()) {
        return Eigen::VectorXd::Zero(static_cast<Eigen::Index>(balance_->size()));
    }
    constexpr double step = 1e-5;
    const Eigen::VectorXd now = drive(t);
    const Eigen::VectorXd next = drive(t + step);
    const Eigen::VectorXd last = drive(t + 2.0 * step);
    return (-3.0 * now + 4.0 * next - last) / (2.0 * step);
}

double Coupling::field(const Eigen::VectorXd& h, std::size_t site, std::size_t population) const {
    const double* phi = lattice_->basis().data() + site * balance_->layout().basis().size();
    double sum = 0.0;
    for (std::size_t i = 0; i < balance_->size(); ++i) {
        const Unknown& unknown = balance_->unknowns()[i];
        if (unknown.population == population) {
            sum += phi[unknown.mode] * h[static_cast<Eigen::Index>(i)];
        }
    }
    return sum;
}

} // namespace equipoise::balance
