#include "equipoise/model/gauss_hermite.hpp"

#include "equipoise/util/errors.hpp"

#include <Eigen/Eigenvalues>

#include <cmath>

namespace equipoise::model {

GaussHermite::GaussHermite(std::size_t size) {
    ensure(size >= 1 && size <= 256, "a Gauss-Hermite rule has 1 to 256 nodes");
    const auto n = static_cast<Eigen::Index>(size);
    Eigen::VectorXd diagonal = Eigen::VectorXd::Zero(n);
    Eigen::VectorXd off_diagonal(n > 1 ? n - 1 : 0);
    for (Eigen::Index i = 0; i + 1 < n; ++i) {
        off_diagonal[i] = std::sqrt(static_cast<double>(i + 1));
    }
    Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver;
    solver.computeFromTridiagonal(diagonal, off_diagonal);
    ensure(solver.info() == Eigen::Success,
           "the Jacobi matrix of Gauss and Hermite has eigenvalues");
    for (Eigen::Index i = 0; i < n; ++i) {
        // The rule is symmetric; rounding is made symmetric too, so that odd moments vanish.
        const Eigen::Index mirror = n - 1 - i;
        nodes.push_back(0.5 * (solver.eigenvalues()[i] - solver.eigenvalues()[mirror]));
        const double weight = solver.eigenvectors()(0, i);
        const double mirrored = solver.eigenvectors()(0, mirror);
        weights.push_back(0.5 * (weight * weight + mirrored * mirrored));
    }
}

} // namespace equipoise::model
