#pragma once

#include "equipoise/balance/newton.hpp"
#include "equipoise/field/system.hpp"

#include <Eigen/Dense>

#include <vector>

/// The balanced manifold r = eps h of the closed equations. Both functions are collective and leave
/// the system evaluated at the state that they leave.
namespace equipoise::field {

/// Moves the means of u along the modes until r = eps h (balance/newton.hpp).
balance::ManifoldSearch project_means(System& system, double t, std::vector<double>& u,
                                      const Eigen::VectorXd& h);

/// The initial state: means on the manifold with the multipliers of the slow motion along it. At
/// eps > 0 these depend on each other: r = eps h, J h = -b, which leaves out terms of order eps^2.
balance::InitialProjection project_state(System& system, double t, std::vector<double>& u,
                                         Eigen::VectorXd& h);

} // namespace equipoise::field
