#include "equipoise/fluctuations/lyapunov.hpp"

#include "equipoise/util/errors.hpp"

#include <Eigen/Eigenvalues>
#include <fmt/format.h>

namespace equipoise::fluctuations {

namespace {

using Schur = Eigen::ComplexSchur<Eigen::MatrixXd>;

Schur schur(const Eigen::MatrixXd& matrix) {
    if (!matrix.allFinite()) {
        throw NumericsError("the linearised dynamics is not finite");
    }
    Schur result(matrix);
    if (result.info() != Eigen::Success) {
        throw NumericsError("the Schur form of the linearised dynamics could not be computed");
    }
    return result;
}

/// U Y U^H, a real symmetric matrix but for rounding.
Eigen::MatrixXd back(const Schur& form, const Eigen::MatrixXcd& y) {
    const Eigen::MatrixXd c = (form.matrixU() * y * form.matrixU().adjoint()).real();
    return 0.5 * (c + c.transpose());
}

} // namespace

Eigen::MatrixXd lyapunov(const Eigen::MatrixXd& generator, const Eigen::MatrixXd& noise) {
    const Eigen::Index n = generator.rows();
    if (n == 0) {
        return noise;
    }
    const Schur form = schur(generator);
    const Eigen::MatrixXcd& t = form.matrixT();
    const double abscissa = t.diagonal().real().maxCoeff();
    if (!(abscissa < 0.0)) {
        throw NumericsError(fmt::format("perturbations of the stationary state grow at the rate "
                                        "{:.4g}",
                                        abscissa));
    }
    // T Y + Y T^H + F = 0, column by column from the last.
    const Eigen::MatrixXcd f = form.matrixU().adjoint() * noise * form.matrixU();
    Eigen::MatrixXcd y(n, n);
    Eigen::MatrixXcd shifted = t;
    for (Eigen::Index j = n; j-- > 0;) {
        Eigen::VectorXcd right = -f.col(j);
        right.noalias() -= y.rightCols(n - 1 - j) * t.row(j).tail(n - 1 - j).adjoint();
        shifted.diagonal().array() = t.diagonal().array() + std::conj(t(j, j));
        y.col(j) = shifted.triangularView<Eigen::Upper>().solve(right);
    }
    return back(form, y);
}

Eigen::MatrixXd stein(const Eigen::MatrixXd& transition, const Eigen::MatrixXd& noise) {
    const Eigen::Index n = transition.rows();
    if (n == 0) {
        return noise;
    }
    const Schur form = schur(transition);
    const Eigen::MatrixXcd& t = form.matrixT();
    const double radius = t.diagonal().cwiseAbs().maxCoeff();
    if (!(radius < 1.0)) {
        throw NumericsError(fmt::format("perturbations of the stationary state grow by the factor "
                                        "{:.4g} in a step",
                                        radius));
    }
    // Y = T Y T^H + F, column by column from the last.
    const Eigen::MatrixXcd f = form.matrixU().adjoint() * noise * form.matrixU();
    Eigen::MatrixXcd y(n, n);
    for (Eigen::Index j = n; j-- > 0;) {
        const Eigen::VectorXcd known = y.rightCols(n - 1 - j) * t.row(j).tail(n - 1 - j).adjoint();
        Eigen::VectorXcd right = f.col(j);
        right.noalias() += t.triangularView<Eigen::Upper>() * known;
        Eigen::MatrixXcd matrix = -std::conj(t(j, j)) * t;
        matrix.diagonal().array() += 1.0;
        y.col(j) = matrix.triangularView<Eigen::Upper>().solve(right);
    }
    return back(form, y);
}

} // namespace equipoise::fluctuations
