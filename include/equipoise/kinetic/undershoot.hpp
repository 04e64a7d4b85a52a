#pragma once

#include "equipoise/kinetic/grid.hpp"

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

} // namespace equipoise::kinetic
