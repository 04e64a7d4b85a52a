#pragma once

#include "equipoise/balance/balance.hpp"

#include <optional>

namespace equipoise::balance {

/// Solves J h = b. J nonsingular: by LU with partial pivoting. J singular with range and null space
/// complementary (rank-deficient coupling): by the group inverse, h in range(J), provided that b
/// lies in range(J) (model section 2). Throws NumericsError, naming modes and populations, when
/// neither works.
class MultiplierSolver {
  public:
    /// Factorises. `relative_rank` is the singular value, relative to the largest, taken as 0.
    MultiplierSolver(const Balance& balance, Eigen::MatrixXd jacobian,
                     double relative_rank = 1e-10);

    [[nodiscard]] Eigen::VectorXd solve(const Eigen::VectorXd& right_hand_side) const;
    [[nodiscard]] Eigen::Index rank() const noexcept { return rank_; }
    [[nodiscard]] bool is_singular() const noexcept { return rank_ < jacobian_.rows(); }

  private:
    /// LU of J with its rows scaled; whether J is regular by the estimate of its condition.
    bool factorise(const Eigen::VectorXd& row_scale, double least_condition);

    const Balance* balance_;
    Eigen::MatrixXd jacobian_;
    Eigen::VectorXd row_scale_;
    Eigen::PartialPivLU<Eigen::MatrixXd> lu_;
    Eigen::MatrixXd range_;   ///< orthonormal basis U of range(J); empty when nonsingular
    Eigen::MatrixXd inverse_; ///< (U^T J U)^-1
    Eigen::Index rank_ = 0;
};

} // namespace equipoise::balance
