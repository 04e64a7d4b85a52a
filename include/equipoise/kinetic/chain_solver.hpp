#pragma once

#include <cstddef>
#include <span>

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
    /// The chains of a group of lines with all that is solved for at once.
    struct Group {
        const double *up, *down;
        const double *flux_x, *flux_y; ///< of changes of fluxes, as above
        const double* b;               ///< a right-hand side
        double* scratch;               ///< (cell, lane)
        double *x, *y, *z;             ///< the solutions of the three
        double* moments; ///< of the three, one after the other, by lane: sum_k centres[k] times it
    };
    /// Factorises and solves for groups, two at a time, with the bits that each has by itself:
    /// every cell waits for a division in the one before it, and one group's wait is the other's
    /// time (four at a time were no faster). b and z may be the same array.
    static void factor_and_solve_all(double shift, const double* centres, std::size_t cells,
                                     std::size_t lanes, std::span<const Group> groups);
    /// x from b, which may be the same array.
    static void solve(const double* up, const double* down, const double* inverse_pivot,
                      std::size_t cells, std::size_t lanes, const double* b, double* x);
};

} // namespace equipoise::kinetic
