#pragma once

#include "equipoise/balance/newton.hpp"
#include "equipoise/field/system.hpp"

#include <Eigen/Dense>

/// The balanced manifold r = eps h of the closed equations. Both functions are collective and move
/// the system's present state.
namespace equipoise::field {

/// Moves the means along the modes until r = eps h (balance/newton.hpp).
balance::ManifoldSearch project_means(System& system, const Eigen::VectorXd& h);

/// The initial state: means on the manifold with the multipliers of the slow motion along it. At
/// eps > 0 these depend on each other: r = eps h, J h = -b, which leaves out terms of order eps^2.
balance::InitialProjection project_state(System& system, Eigen::VectorXd& h);

} // namespace equipoise::field
