#pragma once

#include <cstddef>
#include <vector>

namespace bench {

/// Many tridiagonal systems of equal size by hand, the yardstick of the kinetic solver's step:
/// Thomas' algorithm, the systems side by side in memory so that the loop over them vectorises.
class TridiagonalBatch {
  public:
    /// `systems` diffusion-like matrices of `cells` rows, diagonally dominant.
    TridiagonalBatch(std::size_t systems, std::size_t cells);
    /// Eliminates and solves all of them for fixed right-hand sides: what one implicit step of
    /// linear diffusion costs.
    void factor_and_solve();
    [[nodiscard]] double first() const { return x_[0]; }

  private:
    std::size_t systems_, cells_;
    std::vector<double> lower_, diagonal_, upper_, right_, ratio_, x_; ///< (cell, system)
};

} // namespace bench
