#include "equipoise/kinetic/chain_solver.hpp"

namespace equipoise::kinetic {

void ChainSolver::factor(double shift, const double* up, const double* down, std::size_t cells,
                         double* inverse_pivot) {
    // pivot_k = up_k + rest_k, rest_k = shift + down_k rest_{k-1}/pivot_{k-1}
    double rest = shift;
    for (std::size_t k = 0; k + 1 < cells; ++k) {
        inverse_pivot[k] = 1.0 / (up[k] + rest);
        rest = shift + down[k + 1] * (rest * inverse_pivot[k]);
    }
    inverse_pivot[cells - 1] = 1.0 / rest;
}

void ChainSolver::solve(const double* up, const double* down, const double* inverse_pivot,
                        std::size_t cells, const double* b, double* x) {
    double carried = 0.0;
    for (std::size_t k = 0; k + 1 < cells; ++k) {
        const double value = (b[k] + carried) * inverse_pivot[k];
        x[k] = value;
        carried = up[k] * value;
    }
    double above = (b[cells - 1] + carried) * inverse_pivot[cells - 1];
    x[cells - 1] = above;
    for (std::size_t k = cells - 1; k-- > 0;) {
        above = x[k] + down[k + 1] * inverse_pivot[k] * above;
        x[k] = above;
    }
}

void ChainSolver::solve_two(const double* up, const double* down, const double* inverse_pivot,
                            std::size_t cells, double* x, double* y) {
    double carried_x = 0.0;
    double carried_y = 0.0;
    for (std::size_t k = 0; k + 1 < cells; ++k) {
        x[k] = (x[k] + carried_x) * inverse_pivot[k];
        y[k] = (y[k] + carried_y) * inverse_pivot[k];
        carried_x = up[k] * x[k];
        carried_y = up[k] * y[k];
    }
    double above_x = (x[cells - 1] + carried_x) * inverse_pivot[cells - 1];
    double above_y = (y[cells - 1] + carried_y) * inverse_pivot[cells - 1];
    x[cells - 1] = above_x;
    y[cells - 1] = above_y;
    for (std::size_t k = cells - 1; k-- > 0;) {
        const double weight = down[k + 1] * inverse_pivot[k];
        above_x = x[k] + weight * above_x;
        above_y = y[k] + weight * above_y;
        x[k] = above_x;
        y[k] = above_y;
    }
}

} // namespace equipoise::kinetic
