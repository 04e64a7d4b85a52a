#pragma once

#include "equipoise/balance/newton.hpp"
#include "equipoise/balance/spectrum.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// What the field solver hands out.
namespace equipoise::field {

/// Whether the Gaussian closure is exact (linear drifts, constant noise) or an approximation.
enum class Closure { exact, gaussian };

/// "exact" or "gaussian".
std::string closure_name(Closure closure);

/// What belongs to this rank's sites, by (population, local site).
struct SiteFields {
    std::vector<double> mean;       ///< v_a(x)
    std::vector<double> variance;   ///< K_a(x)
    std::vector<double> covariance; ///< K_ab(x) by (pair, local site), as Model::covariances()
};

/// What is known on every rank about the present state.
struct Averages {
    double time = 0.0;
    std::vector<double> mean_modes; ///< (population, mode): average over x of phi_p v_a
    std::vector<double> variance;   ///< by population: average over x of K_a
    std::vector<double> balance;    ///< (population, mode): r; 0 in inactive modes
    std::vector<double> input;      ///< (population, mode): h
    double balance_error = 0.0;     ///< largest |r - eps h|
    balance::Spectrum spectrum;     ///< of J
};

/// How the expectations are computed, and how well.
struct Quadrature {
    double target = 0.0;              ///< what the rules are chosen for
    double largest_error = 0.0;       ///< the largest difference from finer rules, over the run
    std::vector<std::string> methods; ///< "population e, tanh(slope=1, height=1): Gauss-Hermite,
                                      ///< 24 nodes"
};

struct Effort {
    std::int64_t steps = 0, rejected_steps = 0;
    std::int64_t evaluations = 0; ///< states whose expectations were computed
    double expectation_seconds = 0.0, moment_seconds = 0.0; ///< on rank 0
};

/// All that a run needs to go on: this rank's sites and what all share.
struct SavedState {
    double time = 0.0;
    double next_step = 0.0;
    std::int64_t first_site = 0;     ///< global index of the first
    std::int64_t sites = 0;          ///< local
    std::int64_t stride = 0;         ///< values per site: System's rows
    std::vector<double> values;      ///< (local site, stride)
    std::vector<double> multipliers; ///< h; this and what follows is the same on every rank
    std::vector<double> rules;       ///< of the expectations, and the error allowed of them
    double rule_error = 0.0;         ///< Quadrature::largest_error so far
    std::int64_t steps_since_check = 0;
};

} // namespace equipoise::field
