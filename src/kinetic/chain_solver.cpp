#include "equipoise/kinetic/chain_solver.hpp"

#include "equipoise/elementary/clones.hpp"
#include "equipoise/kinetic/lane_vector.hpp"

namespace equipoise::kinetic {

namespace {

// pivot(k) = up(k) + rest(k), rest(k) = shift + down(k) rest(k-1)/pivot(k-1). Downwards x(k) =
// (b(k) + up(k-1) x(k-1))/pivot(k), then upwards x(k) += down(k+1) x(k+1)/pivot(k).

template <class Vector>
[[gnu::always_inline]] inline void factor_chains(double shift, const double* up, const double* down,
                                                 std::size_t cells, double* inverse_pivot) {
    constexpr std::size_t lanes = lanes_of<Vector>;
    Vector rest = Vector{} + shift;
    Vector leaving_up;
    Vector leaving_down;
    for (std::size_t k = 0; k + 1 < cells; ++k) {
        load(up + k * lanes, leaving_up);
        load(down + (k + 1) * lanes, leaving_down);
        const Vector inverse = 1.0 / (leaving_up + rest);
        store(inverse, inverse_pivot + k * lanes);
        rest = shift + leaving_down * (rest * inverse);
    }
    store(Vector(1.0 / rest), inverse_pivot + (cells - 1) * lanes);
}

template <class Vector>
[[gnu::always_inline]] inline void
factor_chains_and_solve(double shift, const double* up, const double* down, std::size_t cells,
                        const double* flux_x, const double* flux_y, double* inverse_pivot,
                        double* x, double* y) {
    constexpr std::size_t lanes = lanes_of<Vector>;
    Vector rest = Vector{} + shift;
    Vector inverse;
    Vector leaving_up;
    Vector leaving_down;
    Vector carried_x{}; // what cells below bring, and the flux through the lower face
    Vector carried_y{};
    Vector above_x;
    Vector above_y;
    for (std::size_t k = 0; k + 1 < cells; ++k) {
        load(up + k * lanes, leaving_up);
        load(down + (k + 1) * lanes, leaving_down);
        load(flux_x + k * lanes, above_x);
        load(flux_y + k * lanes, above_y);
        inverse = 1.0 / (leaving_up + rest);
        store(inverse, inverse_pivot + k * lanes);
        rest = shift + leaving_down * (rest * inverse);
        const Vector value_x = (carried_x - above_x) * inverse;
        const Vector value_y = (carried_y - above_y) * inverse;
        store(value_x, x + k * lanes);
        store(value_y, y + k * lanes);
        carried_x = above_x + leaving_up * value_x;
        carried_y = above_y + leaving_up * value_y;
    }
    inverse = 1.0 / rest;
    store(inverse, inverse_pivot + (cells - 1) * lanes);
    above_x = carried_x * inverse;
    above_y = carried_y * inverse;
    store(above_x, x + (cells - 1) * lanes);
    store(above_y, y + (cells - 1) * lanes);
    for (std::size_t k = cells - 1; k-- > 0;) {
        Vector value_x;
        Vector value_y;
        load(down + (k + 1) * lanes, leaving_down);
        load(inverse_pivot + k * lanes, inverse);
        load(x + k * lanes, value_x);
        load(y + k * lanes, value_y);
        const Vector weight = leaving_down * inverse;
        above_x = value_x + weight * above_x;
        above_y = value_y + weight * above_y;
        store(above_x, x + k * lanes);
        store(above_y, y + k * lanes);
    }
}

template <class Vector>
[[gnu::always_inline]] inline void
factor_chains_and_solve_all(double shift, const double* up, const double* down, std::size_t cells,
                            const double* flux_x, const double* flux_y, const double* b,
                            const double* centres, double* inverse_pivot, double* x, double* y,
                            double* z, double* moments) {
    constexpr std::size_t lanes = lanes_of<Vector>;
    Vector rest = Vector{} + shift;
    Vector inverse;
    Vector leaving_up;
    Vector leaving_down;
    Vector carried_x{}; // what cells below bring, and the flux through the lower face
    Vector carried_y{};
    Vector carried_z{};
    Vector above_x;
    Vector above_y;
    Vector above_z;
    for (std::size_t k = 0; k + 1 < cells; ++k) {
        load(up + k * lanes, leaving_up);
        load(down + (k + 1) * lanes, leaving_down);
        load(flux_x + k * lanes, above_x);
        load(flux_y + k * lanes, above_y);
        load(b + k * lanes, above_z);
        inverse = 1.0 / (leaving_up + rest);
        rest = shift + leaving_down * (rest * inverse);
        // Kept for the way back: the weight of the cell above.
        store(Vector(leaving_down * inverse), inverse_pivot + k * lanes);
        const Vector onwards = leaving_up * inverse;
        const Vector from_x = carried_x - above_x;
        const Vector from_y = carried_y - above_y;
        const Vector from_z = carried_z + above_z;
        store(Vector(from_x * inverse), x + k * lanes);
        store(Vector(from_y * inverse), y + k * lanes);
        store(Vector(from_z * inverse), z + k * lanes);
        carried_x = above_x + onwards * from_x;
        carried_y = above_y + onwards * from_y;
        carried_z = onwards * from_z;
    }
    const std::size_t last = cells - 1;
    load(b + last * lanes, above_z);
    inverse = 1.0 / rest;
    above_x = carried_x * inverse;
    above_y = carried_y * inverse;
    above_z = (carried_z + above_z) * inverse;
    store(above_x, x + last * lanes);
    store(above_y, y + last * lanes);
    store(above_z, z + last * lanes);
    Vector sum_x = above_x * centres[last];
    Vector sum_y = above_y * centres[last];
    Vector sum_z = above_z * centres[last];
    for (std::size_t k = last; k-- > 0;) {
        Vector weight;
        Vector value_x;
        Vector value_y;
        Vector value_z;
        load(inverse_pivot + k * lanes, weight);
        load(x + k * lanes, value_x);
        load(y + k * lanes, value_y);
        load(z + k * lanes, value_z);
        above_x = value_x + weight * above_x;
        above_y = value_y + weight * above_y;
        above_z = value_z + weight * above_z;
        store(above_x, x + k * lanes);
        store(above_y, y + k * lanes);
        store(above_z, z + k * lanes);
        sum_x += above_x * centres[k];
        sum_y += above_y * centres[k];
        sum_z += above_z * centres[k];
    }
    store(sum_x, moments);
    store(sum_y, moments + lanes);
    store(sum_z, moments + 2 * lanes);
}

template <class Vector>
[[gnu::always_inline]] inline void solve_chains(const double* up, const double* down,
                                                const double* inverse_pivot, std::size_t cells,
                                                const double* b, double* x) {
    constexpr std::size_t lanes = lanes_of<Vector>;
    Vector carried{};
    Vector inverse;
    Vector leaving;
    Vector value;
    for (std::size_t k = 0; k < cells; ++k) {
        load(up + k * lanes, leaving);
        load(inverse_pivot + k * lanes, inverse);
        load(b + k * lanes, value);
        // Two operations from cell to cell: the factor of the second is known before.
        const Vector together = value + carried;
        store(Vector(together * inverse), x + k * lanes);
        carried = together * (leaving * inverse);
    }
    Vector above;
    load(x + (cells - 1) * lanes, above);
    for (std::size_t k = cells - 1; k-- > 0;) {
        load(down + (k + 1) * lanes, leaving);
        load(inverse_pivot + k * lanes, inverse);
        load(x + k * lanes, value);
        above = value + (leaving * inverse) * above;
        store(above, x + k * lanes);
    }
}

EQUIPOISE_CLONES
void chains_factor(double shift, const double* up, const double* down, std::size_t cells,
                   std::size_t lanes, double* inverse_pivot) {
    if (lanes == 1) {
        factor_chains<double>(shift, up, down, cells, inverse_pivot);
    } else {
        factor_chains<LaneVector>(shift, up, down, cells, inverse_pivot);
    }
}

EQUIPOISE_CLONES
void chains_factor_and_solve(double shift, const double* up, const double* down, std::size_t cells,
                             std::size_t lanes, const double* flux_x, const double* flux_y,
                             double* inverse_pivot, double* x, double* y) {
    if (lanes == 1) {
        factor_chains_and_solve<double>(shift, up, down, cells, flux_x, flux_y, inverse_pivot, x,
                                        y);
    } else {
        factor_chains_and_solve<LaneVector>(shift, up, down, cells, flux_x, flux_y, inverse_pivot,
                                            x, y);
    }
}

EQUIPOISE_CLONES
void chains_factor_and_solve_all(double shift, const double* up, const double* down,
                                 std::size_t cells, std::size_t lanes, const double* flux_x,
                                 const double* flux_y, const double* b, const double* centres,
                                 double* inverse_pivot, double* x, double* y, double* z,
                                 double* moments) {
    if (lanes == 1) {
        factor_chains_and_solve_all<double>(shift, up, down, cells, flux_x, flux_y, b, centres,
                                            inverse_pivot, x, y, z, moments);
    } else {
        factor_chains_and_solve_all<LaneVector>(shift, up, down, cells, flux_x, flux_y, b, centres,
                                                inverse_pivot, x, y, z, moments);
    }
}

EQUIPOISE_CLONES
void chains_solve(const double* up, const double* down, const double* inverse_pivot,
                  std::size_t cells, std::size_t lanes, const double* b, double* x) {
    if (lanes == 1) {
        solve_chains<double>(up, down, inverse_pivot, cells, b, x);
    } else {
        solve_chains<LaneVector>(up, down, inverse_pivot, cells, b, x);
    }
}

} // namespace

void ChainSolver::factor(double shift, const double* up, const double* down, std::size_t cells,
                         std::size_t lanes, double* inverse_pivot) {
    chains_factor(shift, up, down, cells, lanes, inverse_pivot);
}

void ChainSolver::factor_and_solve(double shift, const double* up, const double* down,
                                   std::size_t cells, std::size_t lanes, const double* flux_x,
                                   const double* flux_y, double* inverse_pivot, double* x,
                                   double* y) {
    chains_factor_and_solve(shift, up, down, cells, lanes, flux_x, flux_y, inverse_pivot, x, y);
}

void ChainSolver::factor_and_solve_all(double shift, const double* up, const double* down,
                                       std::size_t cells, std::size_t lanes, const double* flux_x,
                                       const double* flux_y, const double* b, const double* centres,
                                       double* inverse_pivot, double* x, double* y, double* z,
                                       double* moments) {
    chains_factor_and_solve_all(shift, up, down, cells, lanes, flux_x, flux_y, b, centres,
                                inverse_pivot, x, y, z, moments);
}

void ChainSolver::solve(const double* up, const double* down, const double* inverse_pivot,
                        std::size_t cells, std::size_t lanes, const double* b, double* x) {
    chains_solve(up, down, inverse_pivot, cells, lanes, b, x);
}

} // namespace equipoise::kinetic
