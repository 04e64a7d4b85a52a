#pragma once

#include "equipoise/balance/moments.hpp"
#include "equipoise/config/config.hpp"
#include "equipoise/model/model.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace equipoise::balance {

/// The sites of a solver on a lattice that this rank owns: a contiguous run of the lattice
/// x_i = L i/S, on the torus by rows: site i1 S2 + i2 at (L1 i1/S1, L2 i2/S2). On a point there is
/// one site. Averages over sites stand for integrals over the domain: the trapezoidal rule.
class Lattice {
  public:
    /// `first` and `count`: the local run. `key`: what configures the lattice ("kinetic.sites").
    /// Throws NumericsError, naming it, when the lattice is too coarse for the kernels' modes.
    Lattice(const MomentLayout& layout, const config::Domain& domain,
            const config::SiteCount& counts, std::int64_t first, std::int64_t count,
            std::string_view key);

    /// The numbers of sites along each direction for the `sites` that a configuration asks for.
    static config::SiteCount counts(config::DomainKind domain, const config::SiteCount& sites);

    [[nodiscard]] std::int64_t global() const noexcept { return global_; }
    [[nodiscard]] std::int64_t first() const noexcept { return first_; }
    [[nodiscard]] std::size_t size() const noexcept { return positions_.size(); } ///< local
    [[nodiscard]] const model::Position& position(std::size_t s) const { return positions_[s]; }
    /// phi_p(x_s), by (local site, mode): of the basis, and of its products.
    [[nodiscard]] const std::vector<double>& basis() const noexcept { return basis_; }
    [[nodiscard]] const std::vector<double>& products() const noexcept { return products_; }
    /// The same with the local sites of a mode in a row: where each row begins.
    [[nodiscard]] std::vector<const double*> basis_rows() const;
    [[nodiscard]] std::vector<const double*> products_rows() const;
    /// out[s] = formula at the local site s and time t.
    void evaluate(const model::FormulaFunction& formula, double t, double* out) const;
    /// Coordinates of any site of the whole lattice.
    [[nodiscard]] static model::Position
    coordinates(const config::Domain& domain, const config::SiteCount& counts, std::int64_t site);

  private:
    std::int64_t global_, first_;
    std::size_t modes_, product_modes_;
    std::vector<model::Position> positions_;
    std::vector<double> basis_, products_;
    std::vector<double> products_by_row_;
    std::vector<std::size_t> among_products_; ///< the basis's modes
};

} // namespace equipoise::balance
