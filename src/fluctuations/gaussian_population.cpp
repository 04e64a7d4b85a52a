#include "equipoise/fluctuations/gaussian_population.hpp"

#include "equipoise/fluctuations/truncation.hpp"
#include "equipoise/util/errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace equipoise::fluctuations {

namespace {

constexpr std::size_t nodes = 160;
constexpr Eigen::Index most_modes = 72;
constexpr double left_out = 1e-12; ///< part of each observable's sum of squares

} // namespace

GaussianPopulation::GaussianPopulation(const model::Population& population, double iota,
                                       const TimeForm& time)
    : population_(&population), time_(time), rule_(nodes) {
    const auto drift = population.drift->affine();
    const auto noise = population.noise->affine();
    ensure(drift && noise && noise->slope == 0.0, "linear drift and constant noise");
    rate_ = -drift->slope;
    offset_ = drift->offset + iota;
    if (!(rate_ > 0.0)) {
        throw NumericsError(
            fmt::format("population {}: the drift does not confine its states", population.name));
    }
    const double intensity = noise->offset * noise->offset;
    const double dt = time.step;
    if (time.is_continuous() || time.exact) {
        decay_ = std::exp(-rate_ * dt);
        weight_ = -std::expm1(-rate_ * dt) / rate_;
        variance_ = intensity / (2.0 * rate_);
        return;
    }
    decay_ = 1.0 - rate_ * dt;
    weight_ = dt;
    if (!(std::abs(decay_) < 1.0)) {
        throw NumericsError(
            fmt::format("population {}: Euler's step {:g} is unstable for the drift alone",
                        population.name, dt));
    }
    variance_ = intensity * dt / (1.0 - decay_ * decay_);
}

double GaussianPopulation::mean(double input) const {
    return time_.is_continuous() ? (offset_ + input) / rate_
                                 : (offset_ * weight_ + time_.step * input) / (1.0 - decay_);
}

Stationary GaussianPopulation::stationary(double input) {
    Stationary result{mean(input), variance_, {}, {}};
    for (std::size_t g = 0; g < population_->gains.size(); ++g) {
        result.gain.push_back(0.0);
        result.slope.push_back(0.0);
    }
    std::vector<double> z(nodes);
    std::vector<double> value(nodes);
    std::vector<double> slope(nodes);
    for (std::size_t i = 0; i < nodes; ++i) {
        // The outermost nodes may leave a table's range; their weights are negligible.
        z[i] = std::clamp(result.mean - time_.lag(input) + std::sqrt(variance_) * rule_.nodes[i],
                          population_->range.lower, population_->range.upper);
    }
    for (std::size_t g = 0; g < population_->gains.size(); ++g) {
        population_->gains[g]->slopes(z.data(), value.data(), slope.data(), nodes);
        for (std::size_t i = 0; i < nodes; ++i) {
            result.gain[g] += rule_.weights[i] * value[i];
            result.slope[g] += rule_.weights[i] * slope[i];
        }
    }
    return result;
}

Linearisation GaussianPopulation::linearise(double input) {
    const double deviation = std::sqrt(variance_);
    // hermite(i, k - 1) = weight_i he_k(node_i), he_k orthonormal.
    Eigen::MatrixXd hermite(static_cast<Eigen::Index>(nodes), most_modes);
    std::vector<double> z(nodes);
    for (std::size_t i = 0; i < nodes; ++i) {
        const double x = rule_.nodes[i];
        z[i] = std::clamp(mean(input) - time_.lag(input) + deviation * x, population_->range.lower,
                          population_->range.upper);
        double before = 0.0;
        double here = 1.0;
        for (Eigen::Index k = 1; k <= most_modes; ++k) {
            const auto degree = static_cast<double>(k);
            const double next = (x * here - std::sqrt(degree - 1.0) * before) / std::sqrt(degree);
            before = here;
            here = next;
            hermite(static_cast<Eigen::Index>(i), k - 1) = rule_.weights[i] * here;
        }
    }
    Linearisation result;
    Eigen::VectorXd rates(most_modes);
    Eigen::VectorXd noise(most_modes);
    for (Eigen::Index k = 1; k <= most_modes; ++k) {
        const auto degree = static_cast<double>(k);
        rates[k - 1] = time_.is_continuous() ? -degree * rate_ : std::pow(decay_, degree);
        noise[k - 1] =
            time_.is_continuous() ? 2.0 * degree * rate_ : 1.0 - std::pow(decay_, 2.0 * degree);
    }
    result.evolution = rates.asDiagonal();
    result.noise = noise.asDiagonal();
    result.response = Eigen::VectorXd::Unit(most_modes, 0) / deviation;
    result.state = Eigen::VectorXd::Unit(most_modes, 0) * deviation;
    result.square = Eigen::VectorXd::Unit(most_modes, 1) * (variance_ * std::sqrt(2.0));
    Eigen::VectorXd value(static_cast<Eigen::Index>(nodes));
    Eigen::VectorXd slope(static_cast<Eigen::Index>(nodes));
    for (const model::FunctionPointer& gain : population_->gains) {
        gain->slopes(z.data(), value.data(), slope.data(), nodes);
        result.gains.emplace_back(hermite.transpose() * value);
        if (time_.corrects_slopes()) {
            result.slopes.emplace_back(hermite.transpose() * slope);
        }
    }
    truncate(result, std::max<Eigen::Index>(2, needed_modes(result, left_out)));
    return result;
}

} // namespace equipoise::fluctuations
