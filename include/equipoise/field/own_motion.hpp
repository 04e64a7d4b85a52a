#pragma once

#include "equipoise/model/model.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace equipoise::field {

/// What every site does by itself, in closed form: with linear drifts f = s z + o, constant noise
/// sigma and inputs iota(x) that do not depend on time, a state moves within dt to
///
///   v_a  -> E v_a + F (o_a + iota_a)           E = exp(s_a dt), F = (E - 1)/s_a
///   K_a  -> E^2 K_a + sigma_a^2 (E^2 - 1)/(2 s_a)
///   K_ab -> E_a E_b K_ab
///
/// to which the multipliers add nothing but sum_p phi_p c_a^p, dc_a^p/dt = s_a c_a^p + h_a^p; a
/// constant h adds c = F h.
class OwnMotion {
  public:
    /// None where drift, noise or input of a population is not of that kind.
    static std::optional<OwnMotion> of(const model::Model& model);

    /// F = (exp(s dt) - 1)/s.
    static double growth(double s, double dt);
    /// s_a.
    [[nodiscard]] double rate(std::size_t population) const { return own_[population].slope; }
    /// The state dt after `from`; both in rows as System's. `input`: iota by (population, site).
    void move(double dt, const std::vector<double>& from, const std::vector<double>& input,
              std::vector<double>& to) const;

  private:
    struct Own {
        double slope, offset, noise; ///< s, o, sigma^2
    };

    explicit OwnMotion(const model::Model& model) : pairs_(model.covariances()) {}

    std::vector<Own> own_; ///< by population
    std::span<const model::Covariance> pairs_;
};

} // namespace equipoise::field
