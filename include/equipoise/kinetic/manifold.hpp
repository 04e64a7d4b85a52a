#pragma once

#include "equipoise/kinetic/system.hpp"

#include <Eigen/Dense>

#include <vector>

/// The balanced manifold r = eps h: getting onto it, and the multipliers that keep a state on it
/// (model section 2). Collective but where it is said.
namespace equipoise::kinetic {

/// What a projection did.
struct Projection {
    double residual = 0.0;              ///< largest |r - eps h| before
    std::vector<double> largest_change; ///< of v, by population, over all sites
    int iterations = 0;
};

/// Adds factor * sum_p phi_p by_a^p to every mean v_a of the state u. Not collective.
void shift_means(const System& system, double* u, const Eigen::VectorXd& by, double factor);

/// Moves the means v of the state u along the modes, v_a <- v_a - sum_p phi_p (J^-1 (r - eps
/// h))_a^p, by Newton's method with step halving until |r - eps h| <= 1e-13 (or as near as rounding
/// allows, at most 1e-11). Throws NumericsError when there is no balanced state to be found.
Projection project_means(System& system, double t, double* u, const Eigen::VectorXd& h);

/// The multipliers from the time derivative of the constraint: J h = -(dA/dt + combined moments of
/// dp/dt and of the drift of v). Also sets each line's g in u, so that E[y] stays 0.
Eigen::VectorXd consistent_multipliers(System& system, double t, double* u);

/// Both at once: a state on the manifold with its multipliers in h. At eps > 0 they depend on each
/// other: r = eps h with the h of the slow motion along the manifold, which leaves out terms of
/// order eps^2.
Projection project_state(System& system, double t, double* u, Eigen::VectorXd& h);

} // namespace equipoise::kinetic
