#include "equipoise/network/local_step.hpp"

#include "equipoise/elementary/clones.hpp"
#include "equipoise/network/block_loops.hpp"
#include "equipoise/random/stream.hpp"
#include "equipoise/util/cache_line.hpp"
#include "equipoise/util/errors.hpp"

#include <array>
#include <cmath>

namespace equipoise::network {

namespace {

EQUIPOISE_CLONES
void transition(double* __restrict z, const double* __restrict xi, double kick, double decay,
                double offset, double noise, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        z[i] = std::fma(noise, xi[i], std::fma(decay, z[i] + kick, offset));
    }
}

EQUIPOISE_CLONES
void add_scaled(double* __restrict z, const double* __restrict x, double weight,
                std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        z[i] = std::fma(weight, x[i], z[i]);
    }
}

EQUIPOISE_CLONES
void euler(double* __restrict z, const double* __restrict drift, const double* __restrict noise,
           const double* __restrict xi, double time_step, double root, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        z[i] = std::fma(root * noise[i], xi[i], std::fma(time_step, drift[i], z[i]));
    }
}

/// The same for affine functions, evaluated on the way: the same bits.
EQUIPOISE_CLONES
void euler_affine(double* __restrict z, const double* __restrict xi, model::Affine drift,
                  model::Affine noise, double time_step, double root, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const double f = std::fma(drift.slope, z[i], drift.offset);
        const double sigma = std::fma(noise.slope, z[i], noise.offset);
        z[i] = std::fma(root * sigma, xi[i], std::fma(time_step, f, z[i]));
    }
}

} // namespace

bool LocalStep::has_exact(const model::Population& population) {
    const auto drift = population.drift->affine();
    const auto noise = population.noise->affine();
    return drift && drift->slope < 0.0 && noise && noise->slope == 0.0;
}

LocalStep::LocalStep(const model::Population& population, const config::Network& network)
    : population_(&population), drift_(population.drift->affine()),
      noise_(population.noise->affine()), time_step_(network.time_step),
      exact_(has_exact(population) && (network.local_step == config::LocalStep::exact ||
                                       (network.local_step == config::LocalStep::automatic &&
                                        network.scheme == config::Scheme::balanced))) {
    if (exact_) {
        const model::Affine drift = *population.drift->affine();
        const double rate = -drift.slope;
        decay_ = std::exp(-rate * time_step_);
        input_weight_ = -std::expm1(-rate * time_step_) / rate;
        offset_ = drift.offset * input_weight_;
        noise_weight_ = population.noise->affine()->offset *
                        std::sqrt(-std::expm1(-2.0 * rate * time_step_) / (2.0 * rate));
    }
}

void LocalStep::advance(double* z, const double* xi, const double* iota, double kick,
                        std::size_t count) const {
    if (exact_) {
        transition(z, xi, kick, decay_, offset_, noise_weight_, count);
        if (iota != nullptr) {
            add_scaled(z, iota, input_weight_, count);
        }
        return;
    }
    if (kick != 0.0) {
        add_constant(z, kick, count);
    }
    const double root = std::sqrt(time_step_);
    if (iota == nullptr && drift_ && noise_) {
        euler_affine(z, xi, *drift_, *noise_, time_step_, root, count);
        return;
    }
    alignas(cache_line) std::array<double, random::block_size> drift;
    alignas(cache_line) std::array<double, random::block_size> noise;
    population_->drift->values(z, drift.data(), count);
    population_->noise->values(z, noise.data(), count);
    if (iota != nullptr) {
        add_scaled(drift.data(), iota, 1.0, count);
    }
    euler(z, drift.data(), noise.data(), xi, time_step_, root, count);
}

} // namespace equipoise::network
