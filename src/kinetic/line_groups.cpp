#include "equipoise/kinetic/line_groups.hpp"

namespace equipoise::kinetic {

std::vector<LineGroup> group_lines(std::size_t sites, std::size_t populations) {
    // A group with idle lanes costs as much as a full one: worth it from three lines on.
    constexpr std::size_t fewest = 3;
    std::vector<LineGroup> groups;
    std::size_t lanes = 0;
    for (std::size_t site = 0; site < sites;) {
        const std::size_t rest = sites - site;
        const std::size_t together = rest >= fewest ? std::min(rest, LineGroup::most_lanes) : 1;
        const std::size_t width = together > 1 ? LineGroup::most_lanes : 1;
        for (std::size_t a = 0; a < populations; ++a) {
            groups.push_back({a, site, together, width, lanes});
            lanes += width;
        }
        site += together;
    }
    return groups;
}

} // namespace equipoise::kinetic
