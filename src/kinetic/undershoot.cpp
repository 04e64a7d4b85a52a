#include "equipoise/kinetic/undershoot.hpp"

#include "equipoise/kinetic/initial_density.hpp"
#include "equipoise/kinetic/lane_loops.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace equipoise::kinetic {

namespace {

/// Mass times the way that it may be moved, hence also a change of E[y], that is left alone.
constexpr double rounding = 1e-11;

/// One cell after the other from `p` in steps of `direction`: takes what earlier ones lacked.
void sweep(double* p, std::ptrdiff_t direction, std::ptrdiff_t count) {
    double lacking = 0.0;
    for (std::ptrdiff_t i = 0; i < count; ++i, p += direction) {
        const double rest = *p + lacking;
        *p = std::max(rest, 0.0);
        lacking = std::min(rest, 0.0);
    }
}

/// Makes E[y] 0 where it is so near that 1 + lambda y cannot become negative.
void tilt(const Grid& grid, double* p) {
    double mass = 0.0;
    double first = 0.0;
    double second = 0.0;
    for (std::size_t k = 0; k < grid.cells; ++k) {
        const double y = grid.centre(k);
        mass += p[k];
        first += y * p[k];
        second += y * y * p[k];
    }
    const double lambda = -first / second;
    if (!(std::abs(lambda) * std::max(grid.upper, -grid.lower) < 0.5)) {
        centre_density(grid, p);
        return;
    }
    const double scale = mass / (mass + lambda * first);
    for (std::size_t k = 0; k < grid.cells; ++k) {
        p[k] *= scale * (1.0 + lambda * grid.centre(k));
    }
}

} // namespace

Undershoot repair_undershoot(const Grid& grid, double most, double* p) {
    if (!lane_loops::any_negative(p, grid.cells)) {
        return Undershoot::none;
    }
    double lacking = 0.0;
    for (std::size_t k = 0; k < grid.cells; ++k) {
        lacking -= std::min(p[k], 0.0);
    }
    lacking *= grid.width();
    const auto peak = std::max_element(p, p + grid.cells) - p;
    if (!(lacking <= most) || !(p[peak] * grid.width() > 2.0 * lacking)) {
        return Undershoot::large;
    }
    sweep(p, 1, peak + 1);
    sweep(p + grid.cells - 1, -1, static_cast<std::ptrdiff_t>(grid.cells) - peak);
    if (lacking * std::max(1.0, grid.upper - grid.lower) <= rounding) {
        return Undershoot::rounded;
    }
    tilt(grid, p);
    return Undershoot::moved;
}

} // namespace equipoise::kinetic
