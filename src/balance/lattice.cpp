#include "equipoise/balance/lattice.hpp"

#include "equipoise/util/errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace equipoise::balance {

namespace {

std::vector<double> transposed(const std::vector<double>& values, std::size_t rows,
                               std::size_t columns) {
    std::vector<double> result(values.size());
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < columns; ++j) {
            result[j * rows + i] = values[i * columns + j];
        }
    }
    return result;
}

} // namespace

config::SiteCount Lattice::counts(config::DomainKind domain, const config::SiteCount& sites) {
    switch (domain) {
    case config::DomainKind::point:
        return {1, 1};
    case config::DomainKind::ring:
        return {sites[0], 1};
    case config::DomainKind::torus:
        return sites;
    }
    throw InternalError("an unknown kind of domain");
}

model::Position Lattice::coordinates(const config::Domain& domain, const config::SiteCount& counts,
                                     std::int64_t site) {
    const auto [row, column] = std::lldiv(site, counts[1]);
    return {domain.length[0] * static_cast<double>(row) / static_cast<double>(counts[0]),
            domain.length[1] * static_cast<double>(column) / static_cast<double>(counts[1])};
}

Lattice::Lattice(const MomentLayout& layout, const config::Domain& domain,
                 const config::SiteCount& counts, std::int64_t first, std::int64_t count,
                 std::string_view key)
    : global_(counts[0] * counts[1]), first_(first), modes_(layout.basis().size()),
      product_modes_(layout.products().size()) {
    for (std::size_t d = 0; d < 2; ++d) {
        const std::int64_t needed = 2 * layout.basis().max_wave_number(d) + 1;
        if (counts[d] < needed) {
            throw NumericsError(fmt::format("{}: {} sites cannot carry the kernels' "
                                            "modes of up to {} waves; give at least {}",
                                            key, counts[d], layout.basis().max_wave_number(d),
                                            needed));
        }
    }
    const auto local = static_cast<std::size_t>(count);
    basis_.resize(local * modes_);
    products_.resize(local * product_modes_);
    for (const model::Mode& mode : layout.basis().modes()) {
        among_products_.push_back(layout.products().index(mode));
    }
    for (std::size_t s = 0; s < local; ++s) {
        const std::int64_t site = first + static_cast<std::int64_t>(s);
        positions_.push_back(coordinates(domain, counts, site));
        const auto [row, column] = std::lldiv(site, counts[1]);
        const model::Position phase{static_cast<double>(row) / static_cast<double>(counts[0]),
                                    static_cast<double>(column) / static_cast<double>(counts[1])};
        double* product = products_.data() + s * product_modes_;
        layout.products().values(phase, product);
        for (std::size_t p = 0; p < modes_; ++p) {
            basis_[s * modes_ + p] = product[among_products_[p]];
        }
    }
    products_by_row_ = transposed(products_, local, product_modes_);
}

std::vector<const double*> Lattice::basis_rows() const {
    std::vector<const double*> rows;
    for (const std::size_t p : among_products_) {
        rows.push_back(products_by_row_.data() + p * size());
    }
    return rows;
}

std::vector<const double*> Lattice::products_rows() const {
    std::vector<const double*> rows;
    for (std::size_t p = 0; p < product_modes_; ++p) {
        rows.push_back(products_by_row_.data() + p * size());
    }
    return rows;
}

void Lattice::evaluate(const model::FormulaFunction& formula, double t, double* out) const {
    if (!formula.depends_on_position()) {
        std::fill_n(out, size(), formula({0.0, 0.0}, t));
        return;
    }
    std::transform(positions_.begin(), positions_.end(), out,
                   [&](const model::Position& x) { return formula(x, t); });
}

} // namespace equipoise::balance
