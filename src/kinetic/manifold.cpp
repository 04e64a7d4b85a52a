#include "equipoise/kinetic/manifold.hpp"

#include "equipoise/balance/newton.hpp"
#include "equipoise/kinetic/lane_loops.hpp"

#include <algorithm>
#include <cmath>

namespace equipoise::kinetic {

namespace {

double largest(const Eigen::VectorXd& values) {
    return values.size() == 0 ? 0.0 : values.cwiseAbs().maxCoeff();
}

} // namespace

void shift_means(const System& system, double* u, const Eigen::VectorXd& by, double factor) {
    const Lines& lines = system.lines();
    const LineLayout at = lines.layout();
    for (std::size_t line = 0; line < lines.count(); ++line) {
        u[line * at.stride() + at.mean()] +=
            factor * system.coupling().field(by, lines.site(line), lines.population(line));
    }
}

Projection project_means(System& system, double t, double* u, const Eigen::VectorXd& h) {
    const Lines& lines = system.lines();
    const LineLayout at = lines.layout();
    std::vector<double> before(lines.count());
    for (std::size_t line = 0; line < lines.count(); ++line) {
        before[line] = u[line * at.stride() + at.mean()];
    }
    const balance::ManifoldProblem problem{
        [&]() -> Eigen::VectorXd {
            system.evaluate_balance(t, u);
            return system.balance_residual() - system.epsilon() * h;
        },
        [&] { return system.jacobian(); },
        [&](const Eigen::VectorXd& by, double factor) { shift_means(system, u, by, factor); }};
    const balance::ManifoldSearch search = find_balance(system.coupling().balance(), problem, t);
    Projection result;
    result.residual = search.residual;
    result.iterations = search.iterations;
    result.largest_change.assign(lines.model().population_count(), 0.0);
    for (std::size_t line = 0; line < lines.count(); ++line) {
        double& change = result.largest_change[lines.population(line)];
        change = std::max(change, std::abs(u[line * at.stride() + at.mean()] - before[line]));
    }
    system.communicator().max(result.largest_change);
    return result;
}

Eigen::VectorXd consistent_multipliers(System& system, double t, double* u) {
    const Lines& lines = system.lines();
    const LineLayout at = lines.layout();
    const std::size_t cells = at.cells;
    std::vector<double> rate(cells * LineGroup::most_lanes);
    // g from d E[y]/dt = 0: one equation for each line, monotone in g and, but for the ends,
    // linear.
    const Eigen::VectorXd none = Eigen::VectorXd::Zero(system.multipliers());
    constexpr int most_iterations = 30;
    constexpr double settled = 1e-14;
    const std::vector<double> ones(cells, 1.0);
    std::vector<double> changes(lines.count());
    for (int iteration = 0;; ++iteration) {
        system.evaluate(t, u, none);
        double unsettled = 0.0;
        for (const LineGroup& group : lines.groups()) {
            lines.apply(group, lines.density(group), rate.data());
            const LaneValues moments = lines.first_moments(group, rate.data());
            // E[y]' is dy times the sum of all fluxes, and so is its derivative.
            LaneValues slopes{};
            lane_loops::weighted_sums(ones.data(), lines.flux_g(group), cells, group.lanes,
                                      slopes.data());
            for (std::size_t lane = 0; lane < group.sites; ++lane) {
                const double slope = slopes[lane] * lines.grid().width() * lines.grid().width();
                double& change = changes[lines.line(group, lane)];
                change = moments[lane] / slope;
                unsettled = std::abs(change) <= settled ? unsettled : 1.0; // NaN is not
            }
        }
        if (system.communicator().max(unsettled) == 0.0 || iteration == most_iterations) {
            break;
        }
        for (std::size_t line = 0; line < lines.count(); ++line) {
            u[line * at.stride() + at.drift()] -= changes[line];
        }
    }
    std::vector<double> values(lines.slope_means().size());
    for (const LineGroup& group : lines.groups()) {
        lines.apply(group, lines.density(group), rate.data());
        for (std::size_t g = 0; g < lines.gains(group.population); ++g) {
            const LaneValues gains = lines.gain_integrals(group, g, rate.data());
            for (std::size_t lane = 0; lane < group.sites; ++lane) {
                const std::size_t line = lines.line(group, lane);
                const std::size_t i = lines.gain_index(group, lane, g);
                values[i] =
                    gains[lane] + lines.slope_means()[i] *
                                      (u[line * at.stride() + at.drift()] + system.input(line));
            }
        }
    }
    const Eigen::VectorXd rest =
        system.coupling().drive_rate(t) + system.coupling().combine(values);
    const balance::MultiplierSolver solver(system.coupling().balance(), system.jacobian());
    return solver.solve(-rest);
}

Projection project_state(System& system, double t, double* u, Eigen::VectorXd& h) {
    h = Eigen::VectorXd::Zero(system.multipliers());
    Projection result = project_means(system, t, u, h);
    h = consistent_multipliers(system, t, u);
    if (system.epsilon() == 0.0) {
        return result;
    }
    for (int iteration = 0; iteration < 100; ++iteration) {
        const Projection further = project_means(system, t, u, h);
        for (std::size_t a = 0; a < result.largest_change.size(); ++a) {
            result.largest_change[a] += further.largest_change[a];
        }
        const Eigen::VectorXd next = consistent_multipliers(system, t, u);
        const double change = largest(next - h);
        h = next;
        if (change <= 1e-10 * std::max(1.0, largest(h))) {
            break;
        }
    }
    project_means(system, t, u, h);
    return result;
}

} // namespace equipoise::kinetic
