#include "equipoise/balance/krylov.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace equipoise::balance {

namespace {

/// One cycle from the residual r = M (b - A x): improves x. Returns the iterations made and leaves
/// the estimate of |M (b - A x)| in `residual`.
class Cycle {
  public:
    explicit Cycle(int subspace)
        : subspace_(subspace), hessenberg_(Eigen::MatrixXd::Zero(subspace + 1, subspace)),
          cosine_(subspace), sine_(subspace), right_(subspace + 1) {}

    template <class Apply>
    int run(const Apply& preconditioned_a, const Eigen::VectorXd& r, double target,
            int most_iterations, Eigen::VectorXd& x, double& residual) {
        basis_.assign(1, r / residual);
        right_.setZero();
        right_[0] = residual;
        int k = 0;
        while (k < std::min(subspace_, most_iterations) && residual > target) {
            Eigen::VectorXd next = preconditioned_a(basis_.back());
            for (int j = 0; j <= k; ++j) {
                const Eigen::VectorXd& v = basis_[static_cast<std::size_t>(j)];
                hessenberg_(j, k) = v.dot(next);
                next -= hessenberg_(j, k) * v;
            }
            const double size = next.norm();
            hessenberg_(k + 1, k) = size;
            rotate(k);
            residual = std::abs(right_[k + 1]);
            ++k;
            if (!(size > 0.0)) {
                break; // the space holds the solution, or something is not finite
            }
            basis_.emplace_back(next / size);
        }
        const Eigen::VectorXd weights =
            hessenberg_.topLeftCorner(k, k).triangularView<Eigen::Upper>().solve(right_.head(k));
        for (int j = 0; j < k; ++j) {
            x += weights[j] * basis_[static_cast<std::size_t>(j)];
        }
        return k;
    }

  private:
    /// Givens' rotations make column k of the Hessenberg matrix triangular.
    void rotate(int k) {
        for (int j = 0; j < k; ++j) {
            const double upper = hessenberg_(j, k);
            const double lower = hessenberg_(j + 1, k);
            hessenberg_(j, k) = cosine_[j] * upper + sine_[j] * lower;
            hessenberg_(j + 1, k) = cosine_[j] * lower - sine_[j] * upper;
        }
        const double upper = hessenberg_(k, k);
        const double lower = hessenberg_(k + 1, k);
        const double size = std::sqrt(upper * upper + lower * lower);
        cosine_[k] = upper / size;
        sine_[k] = lower / size;
        hessenberg_(k, k) = size;
        right_[k + 1] = -sine_[k] * right_[k];
        right_[k] *= cosine_[k];
    }

    int subspace_;
    Eigen::MatrixXd hessenberg_;
    Eigen::VectorXd cosine_, sine_, right_;
    std::vector<Eigen::VectorXd> basis_;
};

} // namespace

KrylovResult gmres(const std::function<Eigen::VectorXd(const Eigen::VectorXd&)>& a,
                   const std::function<void(Eigen::VectorXd&)>& precondition,
                   const Eigen::VectorXd& b, double tolerance, int subspace, int most_iterations,
                   Eigen::VectorXd& x) {
    x = Eigen::VectorXd::Zero(b.size());
    Eigen::VectorXd r = b;
    precondition(r);
    const double size = r.norm();
    const double target = tolerance * size;
    const auto preconditioned_a = [&](const Eigen::VectorXd& v) {
        Eigen::VectorXd result = a(v);
        precondition(result);
        return result;
    };
    KrylovResult result;
    Cycle cycle(subspace);
    double residual = size;
    while (residual > target && result.iterations < most_iterations) {
        result.iterations += cycle.run(preconditioned_a, r, target,
                                       most_iterations - result.iterations, x, residual);
        if (!x.allFinite()) {
            break;
        }
        if (residual > target) { // before a restart the residual itself, not its estimate
            r = b - a(x);
            precondition(r);
            residual = r.norm();
        }
    }
    result.residual = size > 0.0 ? residual / size : 0.0;
    result.converged = residual <= target && x.allFinite();
    return result;
}

} // namespace equipoise::balance
