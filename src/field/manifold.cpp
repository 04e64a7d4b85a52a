#include "equipoise/field/manifold.hpp"

#include <algorithm>
#include <cmath>

namespace equipoise::field {

balance::ManifoldSearch project_means(System& system, const Eigen::VectorXd& h) {
    const balance::ManifoldProblem problem{
        [&]() -> Eigen::VectorXd { return system.balance_residual() - system.epsilon() * h; },
        [&] { return system.jacobian(); },
        [&](const Eigen::VectorXd& by, double factor) { system.shift_means(by, factor); }};
    return balance::find_balance(system.balance(), problem, system.time());
}

balance::InitialProjection project_state(System& system, Eigen::VectorXd& h) {
    const std::vector<double> before = system.state();
    h = Eigen::VectorXd::Zero(system.multipliers());
    balance::InitialProjection result;
    result.residual = project_means(system, h).residual;
    h = system.slow_multipliers();
    if (system.epsilon() > 0.0 && h.size() > 0) {
        for (int iteration = 0; iteration < 100; ++iteration) {
            project_means(system, h);
            const Eigen::VectorXd next = system.slow_multipliers();
            const double change = (next - h).cwiseAbs().maxCoeff();
            h = next;
            if (change <= 1e-10 * std::max(1.0, h.cwiseAbs().maxCoeff())) {
                break;
            }
        }
        project_means(system, h);
    }
    result.largest_change.assign(system.populations(), 0.0);
    for (std::size_t i = 0; i < system.populations() * system.sites(); ++i) {
        double& change = result.largest_change[i / system.sites()];
        change = std::max(change, std::abs(system.state()[i] - before[i]));
    }
    system.communicator().max(result.largest_change);
    return result;
}

} // namespace equipoise::field
