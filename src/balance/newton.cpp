#include "equipoise/balance/newton.hpp"

#include "equipoise/balance/solve.hpp"
#include "equipoise/util/errors.hpp"

#include <fmt/format.h>

#include <cmath>

namespace equipoise::balance {

namespace {

double largest(const Eigen::VectorXd& values) {
    return values.size() == 0 ? 0.0 : values.cwiseAbs().maxCoeff();
}

[[noreturn]] void fail(const Balance& balance, double t, const Eigen::VectorXd& excess) {
    Eigen::Index worst = 0;
    excess.cwiseAbs().maxCoeff(&worst);
    throw NumericsError(
        fmt::format("no balanced state found at t = {:.6g}: |r| = {:.3g} remains in {}; start from "
                    "other means, "
                    "or change drive, strengths or gains there",
                    t, std::abs(excess[worst]),
                    balance.name(balance.unknowns()[static_cast<std::size_t>(worst)])));
}

} // namespace

ManifoldSearch find_balance(const Balance& balance, const ManifoldProblem& problem, double t) {
    constexpr double target = 1e-13;
    constexpr double acceptable = 1e-11; // where rounding stops the iteration
    constexpr int most_iterations = 50;
    Eigen::VectorXd r = problem.excess();
    ManifoldSearch result;
    result.residual = largest(r);
    while (largest(r) > target) {
        const MultiplierSolver solver(balance, problem.jacobian());
        const Eigen::VectorXd w = solver.solve(r);
        double step = 1.0;
        problem.shift(w, -step);
        Eigen::VectorXd next = problem.excess();
        while (!(largest(next) < largest(r)) && step > 1e-4) {
            step *= 0.5;
            problem.shift(w, step);
            next = problem.excess();
        }
        if (!(largest(next) < largest(r)) || ++result.iterations > most_iterations) {
            problem.shift(w, step);
            r = problem.excess();
            if (largest(r) <= acceptable) {
                break;
            }
            fail(balance, t, r);
        }
        r = next;
    }
    result.excess = r;
    return result;
}

} // namespace equipoise::balance
