#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace equipoise::kinetic {

/// Neighbouring sites of one population whose lines are worked on side by side, by (cell, lane).
/// Along a line every cell waits for the one before it; eight lines wait together, in the time of
/// one. What is computed in a lane does not depend on the others, so that neither do results on
/// how the lines are grouped.
struct LineGroup {
    static constexpr std::size_t most_lanes = 8;

    std::size_t population = 0;
    std::size_t first_site = 0;
    std::size_t sites = 0;      ///< that are worked on
    std::size_t lanes = 1;      ///< 1 or most_lanes; those beyond the sites repeat the last one
    std::size_t first_lane = 0; ///< number of lanes in the groups before

    [[nodiscard]] std::size_t site(std::size_t lane) const {
        return first_site + std::min(lane, sites - 1);
    }
};

/// All lines of so many sites, site by site, for each the populations one after the other.
std::vector<LineGroup> group_lines(std::size_t sites, std::size_t populations);

} // namespace equipoise::kinetic
