#pragma once

#include "equipoise/fluctuations/stationary_state.hpp"

#include <Eigen/Dense>

#include <optional>
#include <vector>

namespace equipoise::fluctuations {

/// Stationary covariances of one mode of all populations: of (1/n_a) sum phi_p(x) z, and of
/// (1/n_a) sum phi_p(x) (z - v_a)^2.
struct ModeCovariance {
    Eigen::MatrixXd mean;     ///< (population, population)
    Eigen::MatrixXd variance; ///< (population, population)
};

/// The linearised dynamics of mode p in a uniform state; modes are independent of each other there.
/// Coordinates x: those of Linearisation, population after population, E their evolution, N their
/// noise (norm_p/n_b times one neuron's), U their response to a push of each population (times
/// norm_p), W rows of observables sum_b s_b c_ab^p <G_ab, x_b>:
///
///   continuous   dx = (E + sqrt(n) U W) x dt + noise N
///   explicit     x <- (E + dt sqrt(n) U W) x + noise N
///   balanced     x <- (1 + dt U F) (E x + noise N),  F = (eps - dt J*)^-1 W*,
///                W*: of G(z*) + dt h_b G'(z*), which takes in the fluctuations of J* h
///   limit        the continuous form projected on W x = 0 along U; times n
///
/// `weights`: 1/n_b, in the limit n/n_b. `mode`: of the model's basis; none: one that no kernel
/// has. Throws NumericsError when the dynamics is unstable, or in the limit when J is singular.
ModeCovariance mode_covariance(const Ensemble& ensemble, const StationaryState& state,
                               const std::vector<Linearisation>& populations,
                               const Eigen::VectorXd& weights, std::optional<std::size_t> mode,
                               double norm);

} // namespace equipoise::fluctuations
