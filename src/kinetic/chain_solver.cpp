#include "equipoise/kinetic/chain_solver.hpp"

#include "equipoise/elementary/clones.hpp"
#include "equipoise/kinetic/lane_vector.hpp"

#include <algorithm>

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

/// All of a cell's values in a group on the way from cell to cell.
template <class Vector>
struct Way {
    Vector rest;
    Vector x{}, y{}, z{}; ///< first what cells below bring, then the solutions above
    Vector sum_x{}, sum_y{}, sum_z{};
};

template <class Vector>
[[gnu::always_inline]] inline void go_down(double shift, std::size_t at,
                                           const ChainSolver::Group& of, Way<Vector>& way) {
    constexpr std::size_t lanes = lanes_of<Vector>;
    Vector leaving_up;
    Vector leaving_down;
    Vector flux_x;
    Vector flux_y;
    Vector right;
    load(of.up + at, leaving_up);
    load(of.down + at + lanes, leaving_down);
    load(of.flux_x + at, flux_x);
    load(of.flux_y + at, flux_y);
    load(of.b + at, right);
    const Vector inverse = 1.0 / (leaving_up + way.rest);
    way.rest = shift + leaving_down * (way.rest * inverse);
    // For the way back, the weight of the cell above.
    store(Vector(leaving_down * inverse), of.scratch + at);
    const Vector onwards = leaving_up * inverse;
    const Vector from_x = way.x - flux_x;
    const Vector from_y = way.y - flux_y;
    const Vector from_z = way.z + right;
    store(Vector(from_x * inverse), of.x + at);
    store(Vector(from_y * inverse), of.y + at);
    store(Vector(from_z * inverse), of.z + at);
    way.x = flux_x + onwards * from_x;
    way.y = flux_y + onwards * from_y;
    way.z = onwards * from_z;
}

template <class Vector>
[[gnu::always_inline]] inline void turn(double centre, std::size_t at, const ChainSolver::Group& of,
                                        Way<Vector>& way) {
    Vector right;
    load(of.b + at, right);
    const Vector inverse = 1.0 / way.rest;
    way.x *= inverse;
    way.y *= inverse;
    way.z = (way.z + right) * inverse;
    store(way.x, of.x + at);
    store(way.y, of.y + at);
    store(way.z, of.z + at);
    way.sum_x = way.x * centre;
    way.sum_y = way.y * centre;
    way.sum_z = way.z * centre;
}

template <class Vector>
[[gnu::always_inline]] inline void go_up(double centre, std::size_t at,
                                         const ChainSolver::Group& of, Way<Vector>& way) {
    Vector weight;
    Vector x;
    Vector y;
    Vector z;
    load(of.scratch + at, weight);
    load(of.x + at, x);
    load(of.y + at, y);
    load(of.z + at, z);
    way.x = x + weight * way.x;
    way.y = y + weight * way.y;
    way.z = z + weight * way.z;
    store(way.x, of.x + at);
    store(way.y, of.y + at);
    store(way.z, of.z + at);
    way.sum_x += way.x * centre;
    way.sum_y += way.y * centre;
    way.sum_z += way.z * centre;
}

template <class Vector, std::size_t groups>
[[gnu::always_inline]] inline void factor_chains_and_solve_all(double shift, const double* centres,
                                                               std::size_t cells,
                                                               const ChainSolver::Group* given) {
    constexpr std::size_t lanes = lanes_of<Vector>;
    ChainSolver::Group of[groups]; // copies, which no store can change: they stay in registers
    std::copy_n(given, groups, of);
    Way<Vector> ways[groups];
    for (Way<Vector>& way : ways) {
        way.rest = Vector{} + shift;
    }
    const std::size_t last = cells - 1;
    for (std::size_t k = 0; k < last; ++k) {
        for (std::size_t i = 0; i < groups; ++i) {
            go_down(shift, k * lanes, of[i], ways[i]);
        }
    }
    for (std::size_t i = 0; i < groups; ++i) {
        turn(centres[last], last * lanes, of[i], ways[i]);
    }
    for (std::size_t k = last; k-- > 0;) {
        for (std::size_t i = 0; i < groups; ++i) {
            go_up(centres[k], k * lanes, of[i], ways[i]);
        }
    }
    for (std::size_t i = 0; i < groups; ++i) {
        store(ways[i].sum_x, of[i].moments);
        store(ways[i].sum_y, of[i].moments + lanes);
        store(ways[i].sum_z, of[i].moments + 2 * lanes);
    }
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

template <class Vector>
[[gnu::always_inline]] inline void
factor_groups_and_solve_all(double shift, const double* centres, std::size_t cells,
                            const ChainSolver::Group* of, std::size_t count) {
    for (; count >= 2; count -= 2, of += 2) {
        factor_chains_and_solve_all<Vector, 2>(shift, centres, cells, of);
    }
    if (count > 0) {
        factor_chains_and_solve_all<Vector, 1>(shift, centres, cells, of);
    }
}

EQUIPOISE_CLONES
void groups_factor_and_solve_all(double shift, const double* centres, std::size_t cells,
                                 std::size_t lanes, const ChainSolver::Group* groups,
                                 std::size_t count) {
    if (lanes == 1) {
        factor_groups_and_solve_all<double>(shift, centres, cells, groups, count);
    } else {
        factor_groups_and_solve_all<LaneVector>(shift, centres, cells, groups, count);
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

void ChainSolver::factor_and_solve_all(double shift, const double* centres, std::size_t cells,
                                       std::size_t lanes, std::span<const Group> groups) {
    groups_factor_and_solve_all(shift, centres, cells, lanes, groups.data(), groups.size());
}

void ChainSolver::solve(const double* up, const double* down, const double* inverse_pivot,
                        std::size_t cells, std::size_t lanes, const double* b, double* x) {
    chains_solve(up, down, inverse_pivot, cells, lanes, b, x);
}

} // namespace equipoise::kinetic
