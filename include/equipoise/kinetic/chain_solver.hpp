#pragma once

#include <cstddef>

namespace equipoise::kinetic {

/// Solves (shift I - A) x = b for the birth-death chain A of RateEvaluator, shift > 0: backward
/// Euler's matrix, a tridiagonal M-matrix with column sums `shift`. Its pivots are sums and
/// quotients of positive numbers only (no subtraction, as in the method of Grassmann, Taksar and
/// Heyman), so that b >= 0 gives x >= 0 in floating point too, for every shift, and every entry of
/// x is accurate to rounding however small it is.
///
/// Static functions over arrays of `cells` values.
struct ChainSolver {
    /// 1/pivot_k, k < cells.
    static void factor(double shift, const double* up, const double* down, std::size_t cells,
                       double* inverse_pivot);
    /// x from b, which may be the same array.
    static void solve(const double* up, const double* down, const double* inverse_pivot,
                      std::size_t cells, const double* b, double* x);
    /// Two right-hand sides at once, in place.
    static void solve_two(const double* up, const double* down, const double* inverse_pivot,
                          std::size_t cells, double* x, double* y);
};

} // namespace equipoise::kinetic
