#pragma once

#include "equipoise/config/config.hpp"
#include "equipoise/model/formula.hpp"

#include <array>
#include <cstdint>

namespace equipoise::domain {

using Phase = model::Position; ///< x/L in turns, in [0, 1), component by component

/// A lattice of sites, numbered along the ring, or along a space-filling curve on the torus, so
/// that a contiguous run of site numbers is a compact piece of the domain. Site coordinates are
/// i/S.
class Sites {
  public:
    Sites(config::DomainKind kind, const config::SiteCount& counts);

    [[nodiscard]] std::int64_t size() const noexcept { return counts_[0] * counts_[1]; }
    [[nodiscard]] const config::SiteCount& counts() const noexcept { return counts_; }
    /// Grid indices of a site; {i, 0} on the ring.
    [[nodiscard]] std::array<std::int64_t, 2> cell(std::int64_t site) const;
    [[nodiscard]] Phase phase(std::int64_t site) const;

  private:
    config::DomainKind kind_;
    config::SiteCount counts_;
};

/// The most nearly square grid of n sites, {n1, n2} with n1 * n2 = n and n1 >= n2.
config::SiteCount nearly_square_grid(std::int64_t n);

} // namespace equipoise::domain
