#include "equipoise/balance/step_solver.hpp"

#include "equipoise/util/errors.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace equipoise::balance {

namespace {

/// GMRES keeps so many vectors. More than it takes where E[G'] varies by half its average.
constexpr int subspace = 50;

bool is_iterative(const Balance& balance, config::BalanceSolver wanted) {
    if (balance.size() == 0) {
        return false;
    }
    return wanted == config::BalanceSolver::krylov || (wanted == config::BalanceSolver::automatic &&
                                                       balance.size() > StepSolver::dense_unknowns);
}

} // namespace

StepSolver::StepSolver(const Balance& balance, double time_step, double eps,
                       const config::Network& network)
    : balance_(&balance), time_step_(time_step), eps_(eps),
      most_iterations_(static_cast<int>(network.balance_iterations)) {
    if (!balance::is_iterative(balance, network.balance_solver)) {
        return;
    }
    jacobian_.emplace(balance);
    unknown_.resize(balance.layout().basis().size());
    for (std::size_t i = 0; i < balance.size(); ++i) {
        unknown_[balance.unknowns()[i].mode].push_back(static_cast<Eigen::Index>(i));
    }
    std::size_t entries = 0;
    for (const std::vector<Eigen::Index>& unknowns : unknown_) {
        entries += unknowns.size() * unknowns.size();
    }
    blocks_.resize(entries);
}

Eigen::VectorXd StepSolver::solve(std::span<const double> moments, const Eigen::VectorXd& residual,
                                  double time) {
    Eigen::VectorXd h;
    if (is_iterative()) {
        h = iterate(moments, residual, time);
    } else {
        Eigen::MatrixXd matrix = -time_step_ * balance_->jacobian(moments);
        matrix.diagonal().array() += eps_;
        h = matrix.partialPivLu().solve(residual);
    }
    if (!h.allFinite()) {
        throw NumericsError(fmt::format(
            "time {:.6g}: the balance cannot be solved, its matrix 1/sqrt(n) - dt J is singular; "
            "run "
            "`equipoise check` for the spectrum of J, and change the coupling or network.time_step",
            time));
    }
    return h;
}

Eigen::VectorXd StepSolver::iterate(std::span<const double> moments,
                                    const Eigen::VectorXd& residual, double time) {
    jacobian_->set(moments);
    make_blocks();
    Eigen::VectorXd h;
    const KrylovResult result = gmres(
        [&](const Eigen::VectorXd& v) -> Eigen::VectorXd {
            return eps_ * v - time_step_ * jacobian_->apply(v);
        },
        [&](Eigen::VectorXd& v) { precondition(v); }, residual, tolerance, subspace,
        most_iterations_, h);
    ++effort_.solves;
    effort_.iterations += result.iterations;
    effort_.last = result.iterations;
    effort_.most = std::max(effort_.most, result.iterations);
    if (h.allFinite() && !result.converged) {
        throw NumericsError(fmt::format(
            "time {:.6g}: the balance's iteration (GMRES, {} unknowns) has not converged: after {} "
            "iterations the residual is {:.2g} of the first one, {:.2g} was asked; the modes of G' "
            "reach {:.3g} of its average. Allow more (network.balance_iterations), set "
            "network.balance_solver = dense, or take a smaller network.time_step",
            time, residual.size(), result.iterations, result.residual, tolerance,
            jacobian_->unevenness()));
    }
    return h;
}

void StepSolver::make_blocks() {
    double* entry = blocks_.data();
    for (std::size_t p = 0; p < unknown_.size(); ++p) {
        const auto n = static_cast<Eigen::Index>(unknown_[p].size());
        Eigen::Map<Eigen::MatrixXd> inverse(entry, n, n);
        const Eigen::MatrixXd identity = Eigen::MatrixXd::Identity(n, n);
        const Eigen::MatrixXd block = eps_ * identity - time_step_ * jacobian_->uniform_block(p);
        inverse = block.partialPivLu().solve(identity);
        if (!inverse.allFinite()) { // singular where G' is uniform, which it need not be
            inverse = identity / eps_;
        }
        entry += n * n;
    }
}

void StepSolver::precondition(Eigen::VectorXd& values) {
    const double* entry = blocks_.data();
    for (const std::vector<Eigen::Index>& unknowns : unknown_) {
        part_.assign(unknowns.size(), 0.0);
        for (const Eigen::Index from : unknowns) { // by columns of the inverse
            for (double& value : part_) {
                value += *entry++ * values[from];
            }
        }
        for (std::size_t i = 0; i < unknowns.size(); ++i) {
            values[unknowns[i]] = part_[i];
        }
    }
}

} // namespace equipoise::balance
