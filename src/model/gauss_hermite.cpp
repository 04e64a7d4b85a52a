#include "equipoise/model/gauss_hermite.hpp"

#include "equipoise/util/errors.hpp"

#include <Eigen/Eigenvalues>

#include <cmath>

namespace equipoise::model {

namespace {

/// The orthonormal Hermite polynomial of degree `size` at x, its derivative, and the sum of the
/// squares of those of lower degree, whose inverse is the weight of a node.
struct Hermite {
    double value;
    double slope;
    double squares;
};

Hermite hermite(std::size_t size, double x) {
    double before = 0.0;
    double here = 1.0;
    double squares = 1.0;
    for (std::size_t k = 1; k < size; ++k) {
        const auto degree = static_cast<double>(k);
        const double next = (x * here - std::sqrt(degree - 1.0) * before) / std::sqrt(degree);
        before = here;
        here = next;
        squares += here * here;
    }
    const auto degree = static_cast<double>(size);
    return {(x * here - std::sqrt(degree - 1.0) * before) / std::sqrt(degree),
            std::sqrt(degree) * here, squares};
}

} // namespace

GaussHermite::GaussHermite(std::size_t size) {
    ensure(size >= 1 && size <= 256, "a Gauss-Hermite rule has 1 to 256 nodes");
    const auto n = static_cast<Eigen::Index>(size);
    const Eigen::VectorXd diagonal = Eigen::VectorXd::Zero(n);
    Eigen::VectorXd off_diagonal(n - 1);
    for (Eigen::Index i = 0; i + 1 < n; ++i) {
        off_diagonal[i] = std::sqrt(static_cast<double>(i + 1));
    }
    Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver;
    solver.computeFromTridiagonal(diagonal, off_diagonal, Eigen::EigenvaluesOnly);
    ensure(solver.info() == Eigen::Success,
           "the Jacobi matrix of the Hermite polynomials has eigenvalues");
    for (Eigen::Index i = 0; i < n; ++i) {
        // The rule is symmetric; rounding is made symmetric too, so that odd moments vanish.
        double node = 0.5 * (solver.eigenvalues()[i] - solver.eigenvalues()[n - 1 - i]);
        // The eigenvalues' rounding errors would spoil the smallest weights.
        const Hermite start = hermite(size, node);
        node -= start.value / start.slope;
        nodes.push_back(node);
        weights.push_back(1.0 / hermite(size, node).squares);
    }
}

} // namespace equipoise::model
