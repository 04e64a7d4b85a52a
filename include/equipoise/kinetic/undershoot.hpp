#pragma once

#include "equipoise/kinetic/grid.hpp"
#include "equipoise/kinetic/line_groups.hpp"

#include <array>
#include <cstddef>

namespace equipoise::kinetic {

/// What was done about a density's negative cells.
enum class Undershoot {
    none,    ///< there were none
    rounded, ///< mass moved, so little that E[y] and the balance are still met
    moved,   ///< mass moved, and E[y] was made 0 again; the balance may be off
    large    ///< more is lacking than may be moved: nothing was done
};

/// Makes a density non-negative that lacks at most `most` mass in its negative cells, far in its
/// tails as a rule: what a cell lacks is taken from the next ones towards the peak. Mass is kept;
/// E[y] = 0 too, to 1e-11, by a factor 1 + lambda y where that is needed.
Undershoot repair_undershoot(const Grid& grid, double most, double* p);

/// The same for lines side by side, p by (cell, lane), 1 or LineGroup::most_lanes lanes: what was
/// done in each, with the bits of a line by itself. All lanes together take little more than twice
/// the time of one, and a glance where none has a negative cell.
std::array<Undershoot, LineGroup::most_lanes> repair_undershoots(const Grid& grid, double most,
                                                                 std::size_t lanes, double* p);

} // namespace equipoise::kinetic
