#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/network/geometry.hpp"
#include "equipoise/network/message.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace equipoise::network {

/// The balance's moments (balance::MomentLayout) as exact sums in the message of a step: which
/// groups they take, what a block adds, and the way back.
class MomentSums {
  public:
    /// with_slopes: those of order 1 too.
    MomentSums(const balance::Balance& balance, bool with_slopes);

    [[nodiscard]] bool with_slopes() const noexcept { return with_slopes_; }
    /// The modes of layout.products(), the basis that a geometry must have.
    [[nodiscard]] const model::Basis& basis() const { return balance_->layout().products(); }
    /// The place of a mode of layout.basis() in it.
    [[nodiscard]] std::size_t kernel_mode(std::size_t mode) const { return gain_modes_[mode]; }
    /// The message's groups, for the geometry of each population.
    [[nodiscard]] std::vector<SumGroup> groups(std::span<const Geometry* const> geometries) const;
    /// Adds a block that `geometry` has entered: G, and G' where with_slopes(), of a gain at its
    /// neurons.
    void add(Message& message, std::size_t population, Geometry& geometry, std::size_t gain,
             const double* values, const double* slopes) const;
    /// The moments of one population of `neurons`, from the sums over all ranks.
    void join(const Message& message, std::size_t population, Geometry& geometry,
              std::int64_t neurons, std::span<double> moments) const;

  private:
    [[nodiscard]] std::size_t group(std::size_t population, std::size_t gain, int order) const;

    const balance::Balance* balance_;
    bool with_slopes_;
    std::vector<std::size_t> first_; ///< (population): number of its first gain among all
    std::vector<std::size_t> gain_modes_, slope_modes_; ///< of each order, in basis()
};

} // namespace equipoise::network
