#pragma once

#include "equipoise/config/config.hpp"
#include "equipoise/model/model.hpp"

#include <cstddef>
#include <optional>

namespace equipoise::network {

/// The uncoupled part of one time step of one population's neurons (model section 4, step 1):
///   Euler-Maruyama  z + (f(z) + iota) dt + sigma(z) sqrt(dt) xi
///   exact           for f = -z/tau and constant sigma, the Ornstein-Uhlenbeck transition
///                   z e + iota tau (1 - e) + sigma sqrt(tau (1 - e^2) / 2) xi,  e = exp(-dt/tau):
///                   no error in the variance at any step
class LocalStep {
  public:
    /// `wanted` automatic: exact under the balanced scheme where it applies, else Euler.
    LocalStep(const model::Population& population, const config::Network& network);

    /// Whether the exact transition applies to a population.
    static bool has_exact(const model::Population& population);

    /// z[i] <- one step from z[i] + kick, i < count; xi: standard normals; iota: O(1) input at each
    /// neuron, or null.
    void advance(double* z, const double* xi, const double* iota, double kick,
                 std::size_t count) const;
    [[nodiscard]] bool is_exact() const noexcept { return exact_; }

  private:
    const model::Population* population_;
    std::optional<model::Affine> drift_, noise_;
    double time_step_;
    bool exact_;
    double decay_ = 0.0, input_weight_ = 0.0, noise_weight_ = 0.0, offset_ = 0.0;
};

} // namespace equipoise::network
