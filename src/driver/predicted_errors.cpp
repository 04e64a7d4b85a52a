#include "equipoise/driver/predicted_errors.hpp"

#include <cmath>
#include <cstddef>
#include <limits>

namespace equipoise::driver {

namespace {

/// How far a limit may be from its stationary state, in errors, to count as being there.
constexpr double settled = 0.25;

} // namespace

PredictedErrors::PredictedErrors(const config::Config& config, const balance::Balance& balance,
                                 const model::Basis& recorded, config::SystemSize size) {
    if (config.domain.kind != config::DomainKind::point &&
        config.network.positions == config::Positions::random) {
        reason_ = "random positions shift each network's averages, which the theory of its "
                  "fluctuations in time leaves out";
        return;
    }
    const fluctuations::Prediction finite = fluctuations::predict(config, balance, recorded);
    fluctuations::Options options;
    options.limit = true;
    const fluctuations::Prediction limit =
        size == config::SystemSize::network
            ? finite
            : fluctuations::predict(config, balance, recorded, options);
    for (const fluctuations::Prediction& one : {finite, limit}) {
        if (!one.applies()) {
            reason_ = one.reason;
            return;
        }
    }
    // Realisations average the fluctuations out, not the distance from another limit.
    const double root = std::sqrt(static_cast<double>(config.run.realisations));
    for (std::size_t a = 0; a < balance.model().population_count(); ++a) {
        const double distance = finite.mean[a] - limit.mean[a];
        mean_.stationary.push_back(limit.mean[a]);
        mean_.error.push_back(std::hypot(distance, finite.mean_deviation(a) / root));
        variance_.stationary.push_back(limit.variance[a]);
        variance_.error.push_back(std::hypot(finite.variance[a] - limit.variance[a],
                                             finite.variance_deviation(a) / root));
        for (const model::Mode& mode : recorded.modes()) {
            std::size_t wave = 0;
            while (!(finite.modes[wave].wave == mode.wave)) {
                ++wave;
            }
            const auto at = static_cast<Eigen::Index>(a);
            const bool constant = mode.wave.is_zero(); // the state is uniform
            mean_modes_.stationary.push_back(constant ? limit.mean[a] : 0.0);
            mean_modes_.error.push_back(
                std::hypot(constant ? distance : 0.0,
                           std::sqrt(finite.modes[wave].covariance(at, at)) / root));
        }
    }
}

std::vector<double> PredictedErrors::valid(const Quantity& quantity,
                                           const std::vector<double>& now) {
    std::vector<double> errors(now.size(), std::numeric_limits<double>::quiet_NaN());
    for (std::size_t i = 0; i < quantity.error.size(); ++i) {
        if (std::abs(now[i] - quantity.stationary[i]) <= settled * quantity.error[i]) {
            errors[i] = quantity.error[i];
        }
    }
    return errors;
}

PredictedErrors::Errors PredictedErrors::beside(const RecordView& limit) const {
    return {valid(mean_, limit.mean), valid(variance_, limit.variance),
            valid(mean_modes_, limit.mean_modes)};
}

} // namespace equipoise::driver
