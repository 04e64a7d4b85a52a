#include "equipoise/fluctuations/population.hpp"

#include "equipoise/fluctuations/chain_population.hpp"
#include "equipoise/fluctuations/gaussian_population.hpp"

namespace equipoise::fluctuations {

std::unique_ptr<PopulationTheory> make_population(const model::Population& population, double iota,
                                                  double mean, const TimeForm& time,
                                                  const Representation& representation) {
    const auto drift = population.drift->affine();
    const auto noise = population.noise->affine();
    if (representation.hermite && drift && noise && noise->slope == 0.0) {
        return std::make_unique<GaussianPopulation>(population, iota, time);
    }
    return std::make_unique<ChainPopulation>(population, iota, mean, time, representation.cells);
}

} // namespace equipoise::fluctuations
