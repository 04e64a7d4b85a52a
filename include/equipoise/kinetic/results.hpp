#pragma once

#include "equipoise/balance/newton.hpp"
#include "equipoise/balance/spectrum.hpp"

#include <cstdint>
#include <vector>

/// What the kinetic solver hands out.
namespace equipoise::kinetic {

/// What belongs to this rank's sites, by (population, local site).
struct SiteFields {
    std::vector<double> mean;     ///< v_a(x)
    std::vector<double> variance; ///< K_a(x)
    std::vector<double> skewness;
    std::vector<double> kurtosis; ///< 3 for a Gaussian
};

/// What is known on every rank about the present state.
struct Averages {
    double time = 0.0;
    std::vector<double> mean_modes; ///< (population, mode): average over x of phi_p v_a
    std::vector<double> variance;   ///< by population: average over x of K_a
    std::vector<double> balance;    ///< (population, mode): r; 0 in inactive modes
    std::vector<double> input;      ///< (population, mode): h
    double mass_error = 0.0;        ///< largest |integral of p - 1| over the lines
    double centre_error = 0.0;      ///< largest |E[y]|
    double balance_error = 0.0;     ///< largest |r - eps h|
    double smallest_density = 0.0;  ///< over all cells
    double boundary_mass = 0.0;     ///< largest mass of an outermost cell
    balance::Spectrum spectrum;     ///< of J
};

using balance::InitialProjection;

struct Effort {
    std::int64_t steps = 0, rejected_steps = 0, newton_iterations = 0, limited_steps = 0;
};

/// Seconds of this rank within time steps; 0 where it has no sites.
struct StepSeconds {
    double assembly = 0.0; ///< rates, residuals
    double solve = 0.0;    ///< factorisations, solutions
    double moments = 0.0;  ///< gains on the cells, their averages over all sites
};

/// All that a run needs to go on: this rank's lines and what all share. The formula in time looks
/// at the present state and a few before it.
struct SavedState {
    struct At {
        double time = 0.0;
        std::vector<double> values;      ///< (local line, stride)
        std::vector<double> multipliers; ///< h, the same on every rank
    };
    std::vector<At> states; ///< oldest first, the present one last
    double next_step = 0.0;
    std::int64_t first_line = 0; ///< global index of the first; line = site * populations + a
    std::int64_t lines = 0;      ///< local
    std::int64_t stride = 0;     ///< values per line: density by cell, mean, mean drift
};

} // namespace equipoise::kinetic
