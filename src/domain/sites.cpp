#include "equipoise/domain/sites.hpp"

#include "equipoise/domain/curve.hpp"
#include "equipoise/util/errors.hpp"

#include <cmath>

namespace equipoise::domain {

Sites::Sites(config::DomainKind kind, const config::SiteCount& counts)
    : kind_(kind), counts_(counts) {
    if (kind_ == config::DomainKind::point) {
        counts_ = {1, 1};
    }
    ensure(counts_[0] > 0 && counts_[1] > 0, "a lattice has at least one site in each direction");
}

std::array<std::int64_t, 2> Sites::cell(std::int64_t site) const {
    return kind_ == config::DomainKind::torus ? curve_cell(site, counts_[0], counts_[1])
                                              : std::array<std::int64_t, 2>{site, 0};
}

Phase Sites::phase(std::int64_t site) const {
    const std::array<std::int64_t, 2> at = cell(site);
    return {static_cast<double>(at[0]) / static_cast<double>(counts_[0]),
            static_cast<double>(at[1]) / static_cast<double>(counts_[1])};
}

config::SiteCount nearly_square_grid(std::int64_t n) {
    auto smaller = static_cast<std::int64_t>(std::sqrt(static_cast<double>(n)));
    while (smaller > 1 && n % smaller != 0) {
        --smaller;
    }
    return {n / smaller, smaller};
}

} // namespace equipoise::domain
