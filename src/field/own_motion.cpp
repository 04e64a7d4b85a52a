#include "equipoise/field/own_motion.hpp"

#include "equipoise/elementary/clones.hpp"
#include "equipoise/elementary/functions.hpp"

#include <cmath>

namespace equipoise::field {

namespace {

/// factor * from + gain * (offset + input).
EQUIPOISE_CLONES
void move_means(const double* __restrict from, double factor, double gain, double offset,
                const double* __restrict input, double* __restrict to, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        to[i] = std::fma(factor, from[i], gain * (offset + input[i]));
    }
}

EQUIPOISE_CLONES
void move_variances(const double* __restrict from, double factor, double source,
                    double* __restrict to, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        to[i] = std::fma(factor, from[i], source);
    }
}

} // namespace

std::optional<OwnMotion> OwnMotion::of(const model::Model& model) {
    OwnMotion result(model);
    for (const model::Population& population : model.populations()) {
        const std::optional<model::Affine> drift = population.drift->affine();
        const std::optional<model::Affine> noise = population.noise->affine();
        if (!drift.has_value() || !noise.has_value() || noise->slope != 0.0 ||
            population.input.depends_on_time()) {
            return std::nullopt;
        }
        result.own_.push_back({drift->slope, drift->offset, noise->offset * noise->offset});
    }
    return result;
}

double OwnMotion::growth(double s, double dt) {
    return s == 0.0 ? dt : elementary::exponential_minus_one(s * dt) / s;
}

void OwnMotion::move(double dt, const std::vector<double>& from, const std::vector<double>& input,
                     std::vector<double>& to) const {
    const std::size_t populations = own_.size();
    const std::size_t sites = input.size() / populations;
    to.resize(from.size());
    for (std::size_t a = 0; a < populations; ++a) {
        const auto [slope, offset, noise] = own_[a];
        const std::size_t v = a * sites;
        const std::size_t k = (populations + a) * sites;
        move_means(from.data() + v, elementary::exponential(slope * dt), growth(slope, dt), offset,
                   input.data() + v, to.data() + v, sites);
        move_variances(from.data() + k, elementary::exponential(2.0 * slope * dt),
                       noise * growth(2.0 * slope, dt), to.data() + k, sites);
    }
    for (std::size_t pair = 0; pair < pairs_.size(); ++pair) {
        const std::size_t k = (2 * populations + pair) * sites;
        const double slope = own_[pairs_[pair].first].slope + own_[pairs_[pair].second].slope;
        move_variances(from.data() + k, elementary::exponential(slope * dt), 0.0, to.data() + k,
                       sites);
    }
}

} // namespace equipoise::field
