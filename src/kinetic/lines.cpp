#include "equipoise/kinetic/lines.hpp"

#include "equipoise/kinetic/lane_loops.hpp"

#include <algorithm>

namespace equipoise::kinetic {

namespace {

using LinePointers = std::array<const double*, LineGroup::most_lanes>;

} // namespace

Lines::Lines(const model::Model& model, const Grid& grid, const balance::Lattice& lattice)
    : model_(&model), grid_(grid), populations_(model.population_count()),
      count_(lattice.size() * populations_), groups_(group_lines(lattice.size(), populations_)),
      evaluator_(grid, LineGroup::most_lanes), one_lane_(grid), idle_(grid.cells) {
    for (const model::Population& population : model.populations()) {
        first_gain_.push_back(gain_count_);
        gain_count_ += population.gains.size();
        most_gains_ = std::max(most_gains_, population.gains.size());
    }
    for (const LineGroup& group : groups_) {
        lanes_ += group.lanes;
    }
    for (std::size_t k = 0; k < grid.cells; ++k) {
        y_.push_back(grid.centre(k));
    }
    gain_mean_.resize(lattice.size() * gain_count_);
    slope_mean_.resize(lattice.size() * gain_count_);
    for (std::vector<double>* array : {&p_, &z_, &value_, &slope_}) {
        array->resize(LineGroup::most_lanes * grid.cells);
    }
}

void Lines::gather(const LineGroup& group, const double* u, double* to) const {
    LinePointers from{};
    for (std::size_t lane = 0; lane < group.lanes; ++lane) {
        from[lane] = u + line(group, lane) * layout().stride();
    }
    lane_loops::gather(from.data(), grid_.cells, group.lanes, to);
}

void Lines::scatter(const LineGroup& group, const double* from, double* u) {
    std::array<double*, LineGroup::most_lanes> to{};
    to.fill(idle_.data());
    for (std::size_t lane = 0; lane < group.sites; ++lane) {
        to[lane] = u + line(group, lane) * layout().stride();
    }
    lane_loops::scatter(from, grid_.cells, group.lanes, to.data());
}

LaneValues Lines::lane_values(const LineGroup& group, const double* u, std::size_t at) const {
    LaneValues values{};
    for (std::size_t lane = 0; lane < group.lanes; ++lane) {
        values[lane] = u[line(group, lane) * layout().stride() + at];
    }
    return values;
}

void Lines::rates(const LineGroup& group, const double* v, const double* g, const double* p,
                  double* up, double* down, double* flux_v, double* flux_g) {
    RateEvaluator& evaluator = group.lanes == 1 ? one_lane_ : evaluator_;
    evaluator.rates_and_slopes(model_->population(group.population), v, g, p, up, down, flux_v,
                               flux_g);
}

void Lines::positions(const LineGroup& group, const double* v, double* z) const {
    const auto& range = model_->population(group.population).range;
    lane_loops::shift(v, y_.data(), range.lower, range.upper, grid_.cells, group.lanes, z);
}

void Lines::gain(const LineGroup& group, std::size_t g, const double* z, double* values,
                 double* slopes) const {
    model_->population(group.population)
        .gains[g]
        ->slopes(z, values, slopes, grid_.cells * group.lanes);
}

void Lines::gain_means(const LineGroup& group, std::size_t g, const double* values,
                       const double* slopes, const double* p, double* means,
                       double* slope_means) const {
    LaneValues mean{};
    LaneValues slope{};
    lane_loops::two_products(values, slopes, p, grid_.cells, group.lanes, mean.data(),
                             slope.data());
    for (std::size_t lane = 0; lane < group.sites; ++lane) {
        const std::size_t at = gain_index(group, lane, g);
        means[at] = mean[lane] * grid_.width();
        slope_means[at] = slope[lane] * grid_.width();
    }
}

void Lines::evaluate_rates(const double* u) {
    for (std::vector<double>* array : {&density_, &up_, &down_, &flux_v_, &flux_g_}) {
        array->resize(lanes_ * grid_.cells);
    }
    for (const LineGroup& group : groups_) {
        const std::size_t begin = this->begin(group);
        gather(group, u, density_.data() + begin);
        const LaneValues v = lane_values(group, u, layout().mean());
        const LaneValues g = lane_values(group, u, layout().drift());
        rates(group, v.data(), g.data(), density_.data() + begin, up_.data() + begin,
              down_.data() + begin, flux_v_.data() + begin, flux_g_.data() + begin);
    }
}

void Lines::evaluate_gains(const double* u) {
    gain_.resize(most_gains_ * lanes_ * grid_.cells);
    evaluate_gains(u, gain_.data());
}

void Lines::evaluate_gain_means(const double* u) {
    evaluate_gains(u, nullptr);
}

void Lines::evaluate_gains(const double* u, double* kept) {
    for (const LineGroup& group : groups_) {
        gather(group, u, p_.data());
        positions(group, lane_values(group, u, layout().mean()).data(), z_.data());
        for (std::size_t g = 0; g < gains(group.population); ++g) {
            double* values =
                kept == nullptr ? value_.data() : kept + g * lanes_ * grid_.cells + begin(group);
            gain(group, g, z_.data(), values, slope_.data());
            gain_means(group, g, values, slope_.data(), p_.data(), gain_mean_.data(),
                       slope_mean_.data());
        }
    }
}

void Lines::release() {
    for (std::vector<double>* array : {&density_, &up_, &down_, &flux_v_, &flux_g_, &gain_}) {
        std::vector<double>().swap(*array);
    }
}

LaneValues Lines::largest_rates(const LineGroup& group) const {
    const double* u = up(group);
    const double* d = down(group);
    LaneValues largest{};
    for (std::size_t k = 0; k < grid_.cells; ++k) {
        for (std::size_t lane = 0; lane < group.lanes; ++lane) {
            const std::size_t i = k * group.lanes + lane;
            largest[lane] = std::max(largest[lane], u[i] + d[i]);
        }
    }
    return largest;
}

void Lines::apply(const LineGroup& group, const double* p, double* dpdt) const {
    lane_loops::flow(up(group), down(group), p, grid_.cells, group.lanes, dpdt);
}

LaneValues Lines::first_moments(const LineGroup& group, const double* x) const {
    LaneValues sums{};
    lane_loops::weighted_sums(y_.data(), x, grid_.cells, group.lanes, sums.data());
    for (double& sum : sums) {
        sum *= grid_.width();
    }
    return sums;
}

LaneValues Lines::gain_integrals(const LineGroup& group, std::size_t g, const double* x) const {
    LaneValues sums{};
    lane_loops::products(gain(group, g), x, grid_.cells, group.lanes, sums.data());
    for (double& sum : sums) {
        sum *= grid_.width();
    }
    return sums;
}

} // namespace equipoise::kinetic
