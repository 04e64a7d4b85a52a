#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/fluctuations/population.hpp"

#include <Eigen/Dense>

#include <memory>
#include <vector>

namespace equipoise::fluctuations {

/// All populations, uniform in space, and how time is stepped.
struct Ensemble {
    const balance::Balance* balance = nullptr;
    std::vector<std::unique_ptr<PopulationTheory>> populations;
    TimeForm time;    ///< step and scheme (`exact` may differ between populations)
    double eps = 0.0; ///< 1/sqrt(n); 0: the limit
};

/// The uniform stationary state of infinitely many neurons at eps: every population in its
/// stationary density under the input h_a, where
///
///   continuous time, explicit scheme   r_a = eps h_a
///   balanced scheme                    r*_a = sum_b (eps delta_ab - dt J*_ab) h_b, moments at z*
///
/// for the populations on which the constant mode acts, h_a = 0 for the others.
struct StationaryState {
    Eigen::VectorXd input;             ///< h_a, by population
    std::vector<Stationary> densities; ///< by population
};

/// By Newton's method with step halving from the inputs `start`. `drive`: A_a, by population.
/// Throws NumericsError when no stationary state is found.
StationaryState stationary_state(Ensemble& ensemble, const Eigen::VectorXd& drive,
                                 const Eigen::VectorXd& start);

/// J of one mode in a uniform state: s_b c_ab^p norm_p E[G_ab'], over all pairs of populations.
Eigen::MatrixXd mode_jacobian(const balance::Balance& balance, std::size_t mode,
                              const std::vector<Stationary>& densities);

} // namespace equipoise::fluctuations
