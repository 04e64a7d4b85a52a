#pragma once

#include "equipoise/fluctuations/population.hpp"
#include "equipoise/model/gauss_hermite.hpp"

namespace equipoise::fluctuations {

/// Linear drift and constant noise: p is Gaussian and the Hermite polynomials are eigenfunctions,
/// with rates -k/tau, or factors e^k for a step z <- e z + offset + h dt + s xi (exact: e =
/// exp(-dt/tau); Euler: e = 1 - dt/tau), by Mehler's formula. No discretisation error; expectations
/// by Gauss-Hermite quadrature.
class GaussianPopulation final : public PopulationTheory {
  public:
    /// Throws NumericsError when the drift does not confine or Euler's step is unstable.
    GaussianPopulation(const model::Population& population, double iota, const TimeForm& time);

    [[nodiscard]] Stationary stationary(double input) override;
    [[nodiscard]] Linearisation linearise(double input) override;
    bool adapt(double) override { return false; }

  private:
    [[nodiscard]] double mean(double input) const;

    const model::Population* population_;
    TimeForm time_;
    model::GaussHermite rule_;
    double rate_;           ///< 1/tau
    double offset_;         ///< of the drift, with iota
    double decay_ = 0.0;    ///< e; continuous: unused
    double weight_ = 0.0;   ///< of the offset in a step
    double variance_ = 0.0; ///< stationary
};

} // namespace equipoise::fluctuations
