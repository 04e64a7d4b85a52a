#include "equipoise/network/moment_sums.hpp"

#include "equipoise/random/stream.hpp"

namespace equipoise::network {

MomentSums::MomentSums(const balance::Balance& balance, bool with_slopes)
    : balance_(&balance), with_slopes_(with_slopes) {
    const balance::MomentLayout& layout = balance.layout();
    // The products' basis holds the kernels' modes too: one set of modes at the neurons serves
    // both.
    for (const model::Mode& mode : layout.basis().modes()) {
        gain_modes_.push_back(layout.products().index(mode));
    }
    for (std::size_t p = 0; p < layout.products().size(); ++p) {
        slope_modes_.push_back(p);
    }
    std::size_t gains = 0;
    for (const model::Population& population : balance.model().populations()) {
        first_.push_back(gains);
        gains += population.gains.size();
    }
}

std::size_t MomentSums::group(std::size_t population, std::size_t gain, int order) const {
    const std::size_t number = first_[population] + gain;
    return with_slopes_ ? 2 * number + static_cast<std::size_t>(order) : number;
}

std::vector<SumGroup> MomentSums::groups(std::span<const Geometry* const> geometries) const {
    const auto block = static_cast<double>(random::block_size);
    std::vector<SumGroup> groups;
    for (std::size_t b = 0; b < geometries.size(); ++b) {
        for (const model::FunctionPointer& gain : balance_->model().population(b).gains) {
            const auto add = [&](int order, std::size_t modes) {
                // The largest that a block can add, from the gains' bounds.
                groups.push_back({block * gain->bound(order, model::state_bound),
                                  geometries[b]->sum_count(modes)});
            };
            add(0, gain_modes_.size());
            if (with_slopes_) {
                add(1, slope_modes_.size());
            }
        }
    }
    return groups;
}

void MomentSums::add(Message& message, std::size_t population, Geometry& geometry, std::size_t gain,
                     const double* values, const double* slopes) const {
    const auto add = [&](int order, const double* of, const std::vector<std::size_t>& modes) {
        const std::size_t to = group(population, gain, order);
        geometry.add_sums(
            of, modes, [&](std::size_t i, double term) { message.add(to, i, population, term); });
    };
    if (with_slopes_) {
        add(1, slopes, slope_modes_);
    }
    add(0, values, gain_modes_);
}

void MomentSums::join(const Message& message, std::size_t population, Geometry& geometry,
                      std::int64_t neurons, std::span<double> moments) const {
    const balance::MomentLayout& layout = balance_->layout();
    const double share = 1.0 / static_cast<double>(neurons);
    const auto join = [&](std::size_t gain, int order, const std::vector<std::size_t>& modes,
                          std::size_t begin) {
        const std::size_t from = group(population, gain, order);
        const std::span<double> out = moments.subspan(begin, modes.size());
        geometry.join_sums(
            modes, [&](std::size_t i) { return message.sum(from, i); }, out.data());
        for (double& moment : out) {
            moment *= share;
        }
    };
    for (std::size_t g = 0; g < balance_->model().population(population).gains.size(); ++g) {
        join(g, 0, gain_modes_, layout.gain_begin(population, g));
        if (with_slopes_) {
            join(g, 1, slope_modes_, layout.slope_begin(population, g));
        }
    }
}

} // namespace equipoise::network
