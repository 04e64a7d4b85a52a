#include "equipoise/kinetic/lane_state.hpp"

namespace equipoise::kinetic {

void to_lanes(const Lines& lines, double time, const double* u, const Eigen::VectorXd& h,
              LaneState& state) {
    const LineLayout at = lines.layout();
    state.time = time;
    state.h = h;
    state.p.resize(lines.lanes() * at.cells);
    state.v.resize(lines.lanes());
    state.g.resize(lines.lanes());
    for (const LineGroup& group : lines.groups()) {
        lines.gather(group, u, state.p.data() + lines.begin(group));
        for (std::size_t lane = 0; lane < group.lanes; ++lane) {
            const double* line = u + lines.line(group, lane) * at.stride();
            state.v[group.first_lane + lane] = line[at.mean()];
            state.g[group.first_lane + lane] = line[at.drift()];
        }
    }
}

void to_lines(Lines& lines, const LaneState& state, double* u) {
    const LineLayout at = lines.layout();
    for (const LineGroup& group : lines.groups()) {
        lines.scatter(group, state.p.data() + lines.begin(group), u);
        for (std::size_t lane = 0; lane < group.sites; ++lane) {
            double* line = u + lines.line(group, lane) * at.stride();
            line[at.mean()] = state.v[group.first_lane + lane];
            line[at.drift()] = state.g[group.first_lane + lane];
        }
    }
}

} // namespace equipoise::kinetic
