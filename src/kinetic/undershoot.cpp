#include "equipoise/kinetic/undershoot.hpp"

#include "equipoise/elementary/clones.hpp"
#include "equipoise/kinetic/initial_density.hpp"
#include "equipoise/kinetic/lane_loops.hpp"
#include "equipoise/kinetic/lane_vector.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

namespace equipoise::kinetic {

namespace {

constexpr std::size_t eight = LineGroup::most_lanes;
using Lanes = std::array<double, eight>;

/// Mass times the way that it may be moved, hence also a change of E[y], that is left alone.
constexpr double rounding = 1e-11;

/// min(x, 0) but for NaN; of a vector by its sign bits, in two fast operations.
[[gnu::always_inline]] inline void take_negative_part(double x, double& part) {
    part = std::min(x, 0.0);
}
[[gnu::always_inline]] inline void take_negative_part(const LaneVector& x, LaneVector& part) {
    using Bits = std::int64_t __attribute__((vector_size(sizeof(LaneVector))));
    Bits bits;
    std::memcpy(&bits, &x, sizeof bits);
    bits &= bits >> 63;
    std::memcpy(&part, &bits, sizeof bits);
}

/// Of the lanes' densities: what the negative cells lack, the first of the highest cells and its
/// value, and the least value. Cells are counted in doubles, which compare as the values do.
struct Survey {
    Lanes lacking{}, peak{}, top{}, least{};
};

template <class Vector>
[[gnu::always_inline]] inline void survey_lanes(const double* p, std::size_t cells, Survey& of) {
    Vector lacking{};
    Vector peak{};
    Vector place{};
    Vector top;
    Vector least{};
    Vector value;
    Vector negative;
    load(p, top);
    for (std::size_t k = 0; k < cells; ++k) {
        load(p + k * lanes_of<Vector>, value);
        take_negative_part(value, negative);
        lacking -= negative;
        least = value < least ? value : least;
        peak = top < value ? place : peak;
        top = top < value ? value : top;
        place += 1.0;
    }
    store(lacking, of.lacking.data());
    store(peak, of.peak.data());
    store(top, of.top.data());
    store(least, of.least.data());
}

/// From both ends towards the peak, cell by cell: takes what cells further out lacked. In each lane
/// one sweep runs up to cell `below`, the other down to cell `above`, both without it, in at most
/// `count` cells; what is still lacking then, into lacking_below and lacking_above.
struct Sweep {
    Lanes below{}, above{}, lacking_below{}, lacking_above{};
    std::size_t count = 0;
};

template <class Vector>
[[gnu::always_inline]] inline void sweep_lanes(std::size_t cells, double* p, Sweep& of) {
    constexpr std::size_t lanes = lanes_of<Vector>;
    Vector below;
    Vector above;
    load(of.below.data(), below);
    load(of.above.data(), above);
    // `carried` goes on beyond the lane's last cell, so that no cell waits for the comparison.
    const auto take = [](const auto& within, double* at, Vector& carried, Vector& lacking)
        __attribute__((always_inline)) {
        Vector value;
        load(at, value);
        const Vector rest = value + carried;
        take_negative_part(rest, carried);
        store(Vector(within ? rest - carried : value), at);
        lacking = within ? carried : lacking;
    };
    Vector carried_up{};
    Vector carried_down{};
    Vector lacking_below{};
    Vector lacking_above{};
    Vector lower{};
    Vector upper = Vector{} + static_cast<double>(cells - 1);
    const std::size_t count = of.count;
    for (std::size_t i = 0; i < count; ++i) {
        take(lower < below, p + i * lanes, carried_up, lacking_below);
        take(above < upper, p + (cells - 1 - i) * lanes, carried_down, lacking_above);
        lower += 1.0;
        upper -= 1.0;
    }
    store(lacking_below, of.lacking_below.data());
    store(lacking_above, of.lacking_above.data());
}

/// Sums of p, y p and y^2 p over the cells.
struct Moments {
    Lanes mass{}, first{}, second{};
};

template <class Vector>
[[gnu::always_inline]] inline void sum_moments(const Grid grid, const double* p, Moments& of) {
    Vector mass{};
    Vector first{};
    Vector second{};
    Vector value;
    for (std::size_t k = 0; k < grid.cells; ++k) {
        const double y = grid.centre(k);
        load(p + k * lanes_of<Vector>, value);
        mass += value;
        first += y * value;
        second += (y * y) * value;
    }
    store(mass, of.mass.data());
    store(first, of.first.data());
    store(second, of.second.data());
}

/// p *= scale (1 + lambda y).
template <class Vector>
[[gnu::always_inline]] inline void tilt_lanes(const Grid grid, const Lanes& scale,
                                              const Lanes& lambda, double* p) {
    Vector factor;
    Vector slope;
    Vector value;
    load(scale.data(), factor);
    load(lambda.data(), slope);
    for (std::size_t k = 0; k < grid.cells; ++k) {
        double* at = p + k * lanes_of<Vector>;
        load(at, value);
        store(Vector(value * (factor * (1.0 + slope * grid.centre(k)))), at);
    }
}

EQUIPOISE_CLONES
void survey(const double* p, std::size_t cells, std::size_t lanes, Survey& of) {
    if (lanes == 1) {
        survey_lanes<double>(p, cells, of);
    } else {
        survey_lanes<LaneVector>(p, cells, of);
    }
}

EQUIPOISE_CLONES
void sweep(std::size_t cells, std::size_t lanes, double* p, Sweep& of) {
    if (lanes == 1) {
        sweep_lanes<double>(cells, p, of);
    } else {
        sweep_lanes<LaneVector>(cells, p, of);
    }
}

EQUIPOISE_CLONES
void moments(const Grid& grid, const double* p, std::size_t lanes, Moments& of) {
    if (lanes == 1) {
        sum_moments<double>(grid, p, of);
    } else {
        sum_moments<LaneVector>(grid, p, of);
    }
}

EQUIPOISE_CLONES
void tilt(const Grid& grid, const Lanes& scale, const Lanes& lambda, std::size_t lanes, double* p) {
    if (lanes == 1) {
        tilt_lanes<double>(grid, scale, lambda, p);
    } else {
        tilt_lanes<LaneVector>(grid, scale, lambda, p);
    }
}

void centre_lane(const Grid& grid, std::size_t lanes, double* p) {
    std::vector<double> line(grid.cells);
    for (std::size_t k = 0; k < grid.cells; ++k) {
        line[k] = p[k * lanes];
    }
    centre_density(grid, line.data());
    for (std::size_t k = 0; k < grid.cells; ++k) {
        p[k * lanes] = line[k];
    }
}

using Undershoots = std::array<Undershoot, eight>;

/// Makes E[y] 0 where mass was moved, by the tilt where E[y] is so near that 1 + lambda y cannot
/// become negative.
void centre_moved(const Grid& grid, const Undershoots& done, std::size_t lanes, double* p) {
    Moments of;
    moments(grid, p, lanes, of);
    Lanes scale;
    Lanes lambda{};
    scale.fill(1.0);
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        if (done[lane] != Undershoot::moved) {
            continue;
        }
        const double slope = -of.first[lane] / of.second[lane];
        if (std::abs(slope) * std::max(grid.upper, -grid.lower) < 0.5) {
            lambda[lane] = slope;
            scale[lane] = of.mass[lane] / (of.mass[lane] + slope * of.first[lane]);
        } else {
            centre_lane(grid, lanes, p + lane);
        }
    }
    tilt(grid, scale, lambda, lanes, p);
}

} // namespace

Undershoots repair_undershoots(const Grid& grid, double most, std::size_t lanes, double* p) {
    Undershoots done{};
    if (!lane_loops::any_negative(p, grid.cells * lanes)) {
        return done;
    }
    Survey found;
    survey(p, grid.cells, lanes, found);
    const auto last = static_cast<double>(grid.cells - 1);
    Sweep taken;
    taken.below.fill(-1.0); // no cell
    taken.above.fill(last);
    double longest = 0.0;
    bool moved = false;
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        if (!(found.least[lane] < 0.0)) {
            continue;
        }
        const double lacking = found.lacking[lane] * grid.width();
        if (!(lacking <= most) || !(found.top[lane] * grid.width() > 2.0 * lacking)) {
            done[lane] = Undershoot::large;
            continue;
        }
        const double peak = found.peak[lane];
        taken.below[lane] = peak;
        taken.above[lane] = peak;
        longest = std::max({longest, peak, last - peak});
        const bool negligible = lacking * std::max(1.0, grid.upper - grid.lower) <= rounding;
        done[lane] = negligible ? Undershoot::rounded : Undershoot::moved;
        moved = moved || !negligible;
    }
    taken.count = static_cast<std::size_t>(longest);
    sweep(grid.cells, lanes, p, taken);
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        if (done[lane] == Undershoot::rounded || done[lane] == Undershoot::moved) {
            double& top = p[static_cast<std::size_t>(found.peak[lane]) * lanes + lane];
            top = std::max(top + taken.lacking_below[lane], 0.0);
            top = std::max(top + taken.lacking_above[lane], 0.0);
        }
    }
    if (moved) {
        centre_moved(grid, done, lanes, p);
    }
    return done;
}

Undershoot repair_undershoot(const Grid& grid, double most, double* p) {
    return repair_undershoots(grid, most, 1, p)[0];
}

} // namespace equipoise::kinetic
