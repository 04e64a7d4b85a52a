#pragma once

#include "equipoise/model/model.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace equipoise::balance {

/// Which averages over a population the balance needs, and where they stand in a flat array:
///   order 0:  M   = integral phi_m(x) E[G(z)]  dx    for the modes m of model.basis()
///   order 1:  M'  = integral phi_m(x) E[G'(z)] dx    for the modes m of products(), since phi_p
///   phi_q
///                                                    is a sum of those
/// for every source population b and each of its distinct gains g. On a network the integral is the
/// average over the neurons, (1/n_b) sum_k phi_m(x_k) G(z_k); on a lattice, over sites and density.
class MomentLayout {
  public:
    explicit MomentLayout(const model::Model& model);

    [[nodiscard]] const model::Basis& basis() const noexcept { return *basis_; }
    [[nodiscard]] const model::Basis& products() const noexcept { return products_; }
    /// All moments of order 0 first, then those of order 1.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::size_t order_zero_size() const noexcept { return order_one_; }
    /// Where the moments of (source b, gain g) begin: basis().size() values of order 0 ...
    [[nodiscard]] std::size_t gain_begin(std::size_t source, std::size_t gain) const;
    /// ... and products().size() values of order 1.
    [[nodiscard]] std::size_t slope_begin(std::size_t source, std::size_t gain) const;

  private:
    const model::Basis* basis_;
    model::Basis products_;
    std::vector<std::size_t> first_; ///< index of the first gain of each source among all gains
    std::size_t order_one_ = 0;
    std::size_t size_ = 0;
};

} // namespace equipoise::balance
