#include "equipoise/network/input.hpp"

#include <algorithm>

namespace equipoise::network {

LocalInput::LocalInput(const model::Population& population, const model::Model& model,
                       const domain::Placement& placement)
    : population_(&population), placement_(&placement), length_(model.domain().length),
      zero_(population.input.is_zero()) {
    if (zero_ || placement.local_neurons() == 0) {
        return;
    }
    if (population.input.depends_on_position()) {
        const std::int64_t per_site = placement.neurons_per_site();
        first_site_ = placement.first_neuron() / per_site;
        const std::int64_t last =
            (placement.first_neuron() + placement.local_neurons() - 1) / per_site;
        at_site_.resize(static_cast<std::size_t>(last - first_site_ + 1));
    } else {
        at_site_.resize(1);
    }
    evaluate(0.0);
}

void LocalInput::evaluate(double t) {
    for (std::size_t s = 0; s < at_site_.size(); ++s) {
        model::Position x{0.0, 0.0};
        if (population_->input.depends_on_position()) {
            const auto site = first_site_ + static_cast<std::int64_t>(s);
            const domain::Phase phase = placement_->phase(site * placement_->neurons_per_site());
            x = {phase[0] * length_[0], phase[1] * length_[1]};
        }
        at_site_[s] = population_->input(x, t);
    }
}

void LocalInput::update(double t) {
    if (!zero_ && population_->input.depends_on_time()) {
        evaluate(t);
    }
}

bool LocalInput::values(std::int64_t block, double* out) const {
    if (zero_) {
        return false;
    }
    const auto count = static_cast<std::size_t>(placement_->count(block));
    if (!population_->input.depends_on_position()) {
        std::fill_n(out, count, at_site_.front());
        return true;
    }
    const std::int64_t per_site = placement_->neurons_per_site();
    const std::int64_t first = block * domain::block_size;
    for (std::size_t i = 0; i < count; ++i) {
        const std::int64_t site = (first + static_cast<std::int64_t>(i)) / per_site;
        out[i] = at_site_[static_cast<std::size_t>(site - first_site_)];
    }
    return true;
}

} // namespace equipoise::network
