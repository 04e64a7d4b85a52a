#pragma once

#include <cstddef>

namespace equipoise::kinetic {

/// Solves (shift I - A) x = b for the birth-death chain A of RateEvaluator, shift > 0: backward
/// Euler's matrix, a tridiagonal M-matrix with column sums `shift`. Its pivots are sums and
/// quotients of positive numbers only (no subtraction, as in the method of Grassmann, Taksar and
/// Heyman), so that b >= 0 gives x >= 0 in floating point too, for every shift, and every entry of
/// x is accurate to rounding however small it is.
///
/// Static functions over arrays by (cell, lane), 1 or LineGroup::most_lanes lanes, each lane a
/// chain of its own.
struct ChainSolver {
    /// 1/pivot(k).
    static void factor(double shift, const double* up, const double* down, std::size_t cells,
                       std::size_t lanes, double* inverse_pivot);
    /// The same, and the solutions x and y for the changes of A p that belong to changes of the
    /// fluxes: b(k) = flux(k-1) - flux(k).
    static void factor_and_solve(double shift, const double* up, const double* down,
                                 std::size_t cells, std::size_t lanes, const double* flux_x,
                                 const double* flux_y, double* inverse_pivot, double* x, double* y);
    /// factor_and_solve(), the solution z of b (which may be the same array) too, and the sums over
    /// the cells of y_k times each of the three: by lane, one solution after the other.
    static void factor_and_solve_all(double shift, const double* up, const double* down,
                                     std::size_t cells, std::size_t lanes, const double* flux_x,
                                     const double* flux_y, const double* b, const double* centres,
                                     double* inverse_pivot, double* x, double* y, double* z,
                                     double* moments);
    /// x from b, which may be the same array.
    static void solve(const double* up, const double* down, const double* inverse_pivot,
                      std::size_t cells, std::size_t lanes, const double* b, double* x);
};

} // namespace equipoise::kinetic
