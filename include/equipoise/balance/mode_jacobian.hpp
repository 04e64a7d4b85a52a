#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/balance/mode_transform.hpp"

#include <Eigen/Dense>

#include <cstddef>
#include <span>
#include <vector>

namespace equipoise::balance {

/// J of the balance as an operator, where it has too many unknowns for a matrix. In mode space J is
/// a convolution with the modes of E[G'] (Balance::jacobian); here the field of h and E[G'] meet on
/// a lattice with more than four times the largest wave number of sites in each direction, where
/// the convolution is a product, and exact.
class ModeJacobian {
  public:
    explicit ModeJacobian(const Balance& balance);

    /// Takes E[G'] from moments (MomentLayout; only order 1 is read).
    void set(std::span<const double> moments);
    /// J h over the balance's unknowns.
    [[nodiscard]] Eigen::VectorXd apply(const Eigen::VectorXd& h);

    /// The populations on which mode p acts.
    [[nodiscard]] const std::vector<std::size_t>& active(std::size_t mode) const {
        return active_[mode];
    }
    /// What J would be at mode p if E[G'] were uniform, with its average over the domain:
    /// (active(p), active(p)). Modes then do not mix.
    [[nodiscard]] Eigen::MatrixXd uniform_block(std::size_t mode) const;
    /// Largest |mode| of E[G'] relative to its average, over all gains: 0 where J is its uniform
    /// part.
    [[nodiscard]] double unevenness() const noexcept { return unevenness_; }

  private:
    struct Source { ///< a gain of a population
        std::size_t population, gain;
    };

    const Balance* balance_;
    std::size_t modes_; ///< of the kernels
    std::vector<Source> sources_;
    std::vector<std::vector<std::size_t>> active_;
    ModeTransform slope_modes_, kernel_modes_; ///< on the lattice: of E[G'], of the fields
    std::vector<double> slopes_;               ///< (source, site): E[G']
    std::vector<double> average_;              ///< (source)
    double unevenness_ = 0.0;
    std::vector<double> coefficients_; ///< scratch: (population, mode), or a mode of E[G']
    std::vector<double> field_, sums_; ///< scratch: (site), (mode)
};

} // namespace equipoise::balance
