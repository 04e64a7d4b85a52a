#pragma once

#include <Eigen/Dense>

#include <functional>

namespace equipoise::balance {

/// What an iterative solution took.
struct KrylovResult {
    int iterations = 0;
    double residual = 0.0; ///< |M (b - A x)| / |M b|, by the last estimate
    bool converged = false;
};

/// Solves A x = b by GMRES, preconditioned from the left with M, restarted after `subspace`
/// iterations (Saad and Schultz 1986; orthogonalised by the modified Gram-Schmidt method), from x =
/// 0 until |M (b - A x)| <= tolerance |M b|. Where M A is near the identity this is the relative
/// error of x. Written out, rather than taken from PETSc, for its bits: a sum here has one order,
/// and no BLAS behind it that depends on the processor.
KrylovResult gmres(const std::function<Eigen::VectorXd(const Eigen::VectorXd&)>& a,
                   const std::function<void(Eigen::VectorXd&)>& precondition,
                   const Eigen::VectorXd& b, double tolerance, int subspace, int most_iterations,
                   Eigen::VectorXd& x);

} // namespace equipoise::balance
