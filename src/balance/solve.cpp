#include "equipoise/balance/solve.hpp"

#include "equipoise/util/errors.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <utility>

namespace equipoise::balance {

namespace {

/// The constraints that weigh at least half as much as the heaviest in a vector over the unknowns.
std::string heaviest(const Balance& balance, const Eigen::VectorXd& vector) {
    const double largest = vector.cwiseAbs().maxCoeff();
    std::string names;
    for (std::size_t i = 0; i < balance.size(); ++i) {
        if (std::abs(vector[static_cast<Eigen::Index>(i)]) >= 0.5 * largest) {
            names += (names.empty() ? "" : " and ") + balance.name(balance.unknowns()[i]);
        }
    }
    return names;
}

} // namespace

MultiplierSolver::MultiplierSolver(const Balance& balance, Eigen::MatrixXd jacobian,
                                   double relative_rank)
    : balance_(&balance), jacobian_(std::move(jacobian)), rank_(jacobian_.rows()) {
    if (jacobian_.rows() == 0) {
        return;
    }
    if (factorise(Eigen::VectorXd::Ones(jacobian_.rows()), 100.0 * relative_rank)) {
        return;
    }
    if (!jacobian_.allFinite()) {
        throw NumericsError("the balance's Jacobian is not finite: the state has blown up");
    }
    // A row is a kernel mode's coefficients times moments of order 1, and the coefficients of a
    // smooth kernel span many orders of magnitude: that alone does not make J singular.
    const Eigen::ArrayXd largest = jacobian_.cwiseAbs().rowwise().maxCoeff();
    if (largest.minCoeff() > 0.0 && factorise(largest.inverse(), 100.0 * relative_rank)) {
        return;
    }
    const Eigen::JacobiSVD<Eigen::MatrixXd> svd(jacobian_,
                                                Eigen::ComputeFullU | Eigen::ComputeFullV);
    const Eigen::VectorXd& values = svd.singularValues();
    rank_ = (values.array() > relative_rank * values[0]).count();
    if (values[0] == 0.0) {
        rank_ = 0;
    }
    if (rank_ == jacobian_.rows()) {
        return;
    }
    range_ = svd.matrixU().leftCols(rank_);
    const Eigen::MatrixXd restricted = range_.transpose() * jacobian_ * range_;
    // Measured by J's size: where range and null space meet, `restricted` is all rounding.
    if (rank_ == 0 || Eigen::JacobiSVD<Eigen::MatrixXd>(restricted).singularValues()[rank_ - 1] <=
                          relative_rank * values[0]) {
        throw NumericsError(fmt::format("no balanced state: the Jacobian of the balance is "
                                        "singular ({}), and its range and null "
                                        "space are not complementary, so that the group inverse "
                                        "does not exist; change the coupling's "
                                        "strengths or the gains there",
                                        heaviest(balance, svd.matrixV().rightCols(1))));
    }
    inverse_ = restricted.inverse();
}

bool MultiplierSolver::factorise(const Eigen::VectorXd& row_scale, double least_condition) {
    if (!jacobian_.allFinite()) {
        return false;
    }
    row_scale_ = row_scale;
    lu_.compute(row_scale_.asDiagonal() * jacobian_);
    // rcond() is a cheap estimate: the singular values are only worth computing where it is small.
    // Eigen skips a pivot that is exactly 0 and then estimates too well, so look for one first.
    return lu_.matrixLU().diagonal().cwiseAbs().minCoeff() > 0.0 && lu_.rcond() > least_condition;
}

Eigen::VectorXd MultiplierSolver::solve(const Eigen::VectorXd& right_hand_side) const {
    if (!is_singular()) {
        return jacobian_.rows() == 0
                   ? right_hand_side
                   : Eigen::VectorXd(lu_.solve(row_scale_.cwiseProduct(right_hand_side)));
    }
    Eigen::VectorXd h = range_ * (inverse_ * (range_.transpose() * right_hand_side));
    const Eigen::VectorXd rest = right_hand_side - jacobian_ * h;
    if (rest.norm() > 1e-7 * (right_hand_side.norm() + 1e-300) && rest.norm() > 1e-12) {
        throw NumericsError(
            fmt::format("no balanced state: the coupling is rank deficient ({} of {} directions) "
                        "and the balance "
                        "cannot be met in {}; change the drive there, or the coupling",
                        rank_, jacobian_.rows(), heaviest(*balance_, rest)));
    }
    return h;
}

} // namespace equipoise::balance
