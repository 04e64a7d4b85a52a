#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/balance/krylov.hpp"
#include "equipoise/balance/mode_jacobian.hpp"
#include "equipoise/config/config.hpp"

#include <Eigen/Dense>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace equipoise::balance {

/// What the solves of a run have taken so far.
struct KrylovEffort {
    std::int64_t solves = 0, iterations = 0;
    int last = 0, most = 0; ///< iterations of the last solve, and of the one that took most
};

/// Solves (eps - dt J) h = r, the linear system of a step of the balanced scheme (model section 4),
/// the same on every rank.
///
/// dense: J as a matrix, LU with partial pivoting. krylov: GMRES with J as an operator in mode
/// space (ModeJacobian), preconditioned by the inverse of eps - dt J for uniform E[G'], one small
/// block for each mode. The configuration alone says which.
class StepSolver {
  public:
    StepSolver(const Balance& balance, double time_step, double eps,
               const config::Network& network);

    /// GMRES stops at this part of its first residual, M r with M near (eps - dt J)^-1: an error of
    /// 1e-12 h. What is left of the balance then is 1e-12 of what one local step without it would
    /// leave, which is of the order of dt: as much as rounding leaves in the moments.
    static constexpr double tolerance = 1e-12;
    /// Unknowns up to which `auto` factorises J.
    static constexpr std::size_t dense_unknowns = 48;

    /// h from the moments of G' and the residual r. time: for messages. Throws NumericsError when
    /// the system is singular or the iteration does not converge.
    [[nodiscard]] Eigen::VectorXd solve(std::span<const double> moments,
                                        const Eigen::VectorXd& residual, double time);

    [[nodiscard]] bool is_iterative() const noexcept { return jacobian_.has_value(); }
    [[nodiscard]] const KrylovEffort& effort() const noexcept { return effort_; }

  private:
    [[nodiscard]] Eigen::VectorXd iterate(std::span<const double> moments,
                                          const Eigen::VectorXd& residual, double time);
    void make_blocks();
    void precondition(Eigen::VectorXd& values);

    const Balance* balance_;
    double time_step_, eps_;
    int most_iterations_;
    std::optional<ModeJacobian> jacobian_;           ///< where the solver is iterative
    std::vector<std::vector<Eigen::Index>> unknown_; ///< (mode): of the populations it acts on
    std::vector<double> blocks_; ///< the preconditioner: each mode's inverse, by columns
    std::vector<double> part_;   ///< scratch: (population of a mode)
    KrylovEffort effort_;
};

} // namespace equipoise::balance
