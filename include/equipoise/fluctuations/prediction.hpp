#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/config/config.hpp"
#include "equipoise/fluctuations/population.hpp"

#include <Eigen/Dense>

#include <string>
#include <vector>

/// Finite-size fluctuations (model section 6): what a finite network's recorded means do in their
/// stationary state, to leading order in 1/n, before any run.
namespace equipoise::fluctuations {

/// Covariance of the recorded mode amplitudes (1/n_a) sum phi_p(x) z over populations; the same for
/// cosine and sine, which are independent of each other.
struct ModePrediction {
    model::WaveVector wave;
    Eigen::MatrixXd covariance; ///< (population, population)
};

struct Options {
    /// As the network's scheme and step have it; false: continuous time (dt -> 0).
    bool scheme = true;
    /// n -> infinity in place of the network's size, in continuous time: covariances are then
    /// lim n Cov.
    bool limit = false;
    Representation representation;
};

/// Means and variances of infinitely many neurons at eps = 1/sqrt(n) (a single network's own differ
/// from them by O(1/n) on average and by the fluctuations below), and the covariances over time.
struct Prediction {
    std::string reason;               ///< why the theory does not apply, in words; empty: it does
    std::vector<std::string> remarks; ///< what to keep in mind where it does
    std::vector<double> mean;         ///< v_a, by population
    std::vector<double> variance;     ///< K_a
    std::vector<double> input;        ///< h_a, constant mode
    Eigen::MatrixXd covariance;       ///< of the population averages of z
    Eigen::MatrixXd variance_covariance; ///< of the population averages of (z - v)^2
    std::vector<ModePrediction> modes;   ///< in the order of recorded.waves()

    [[nodiscard]] bool applies() const { return reason.empty(); }
    /// Standard deviation of a population's average of z, and of its variance.
    [[nodiscard]] double mean_deviation(std::size_t population) const;
    [[nodiscard]] double variance_deviation(std::size_t population) const;
};

/// For the stationary state, uniform in space, that is found from the configured initial means.
/// `recorded`: the modes to predict. Exact to leading order in 1/n for linear drift and constant
/// noise in continuous time and under the network's step alike; otherwise up to the error of the
/// finite volumes (representation.cells). Does not throw where the theory does not apply: `reason`
/// says why. Cost: one dense solve for each distinct wave vector with a kernel, of at most 72 (96
/// by finite volumes) unknowns for each population: 5 to 100 ms each for two populations.
Prediction predict(const config::Config& config, const balance::Balance& balance,
                   const model::Basis& recorded, const Options& options = {});

} // namespace equipoise::fluctuations
