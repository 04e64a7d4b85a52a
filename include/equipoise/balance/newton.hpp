#pragma once

#include "equipoise/balance/balance.hpp"

#include <Eigen/Dense>

#include <functional>
#include <vector>

namespace equipoise::balance {

/// A state that can be moved along the kernels' modes, as Newton's method sees it. Its functions
/// may be collective; their results must be the same on every rank.
struct ManifoldProblem {
    std::function<Eigen::VectorXd()> excess;   ///< r - eps h at the present state
    std::function<Eigen::MatrixXd()> jacobian; ///< J there
    /// Adds factor * sum_p phi_p by_a^p to every mean v_a.
    std::function<void(const Eigen::VectorXd& by, double factor)> shift;
};

struct ManifoldSearch {
    double residual = 0.0; ///< largest |r - eps h| before
    int iterations = 0;
    Eigen::VectorXd excess; ///< r - eps h after
};

/// What the projection of the initial means onto the balanced manifold did.
struct InitialProjection {
    double residual = 0.0;              ///< largest |r - eps h| before
    std::vector<double> largest_change; ///< of v, by population
};

/// Moves the means along the modes, v_a <- v_a - sum_p phi_p (J^-1 (r - eps h))_a^p (model section
/// 2), with step halving until |r - eps h| <= 1e-13 (or as near as rounding allows, at most 1e-11).
/// excess() has last been called for the state that is left. Throws NumericsError, with the time t,
/// when there is no balanced state to be found.
ManifoldSearch find_balance(const Balance& balance, const ManifoldProblem& problem, double t);

} // namespace equipoise::balance
