// Protects the two matrix equations behind every covariance: residuals near rounding for dense,
// defective and badly scaled matrices, closed forms, and words where there is no stationary state.
#include "equipoise/fluctuations/lyapunov.hpp"
#include "equipoise/util/errors.hpp"

#include <Eigen/Dense>
#include <catch2/catch.hpp>

#include <cmath>
#include <string>

using namespace equipoise;
using Eigen::MatrixXd;
using fluctuations::lyapunov;
using fluctuations::stein;

namespace {

/// Numbers in (-1, 1) without a pattern that matters here.
MatrixXd dense(Eigen::Index n, double seed) {
    MatrixXd matrix(n, n);
    for (Eigen::Index i = 0; i < n; ++i) {
        for (Eigen::Index j = 0; j < n; ++j) {
            const auto k = static_cast<double>(1 + i * n + j);
            matrix(i, j) = std::sin(seed * k * k + 0.3 * k);
        }
    }
    return matrix;
}

MatrixXd positive(Eigen::Index n, double seed) {
    const MatrixXd root = dense(n, seed);
    return root * root.transpose();
}

double residual(const MatrixXd& m, const MatrixXd& b, const MatrixXd& c) {
    return (m * c + c * m.transpose() + b).norm() / (m.norm() * c.norm() + b.norm());
}

double step_residual(const MatrixXd& m, const MatrixXd& b, const MatrixXd& c) {
    return (c - m * c * m.transpose() - b).norm() / (c.norm() + b.norm());
}

} // namespace

TEST_CASE("Lyapunov: residual near rounding, symmetric and positive") {
    for (const Eigen::Index n : {1, 2, 3, 7, 40}) {
        const MatrixXd m =
            dense(n, 1.7) - (0.5 + std::sqrt(static_cast<double>(n))) * MatrixXd::Identity(n, n);
        const MatrixXd b = positive(n, 0.9);
        const MatrixXd c = lyapunov(m, b);
        CHECK(residual(m, b, c) < 1e-13);
        CHECK((c - c.transpose()).norm() == 0.0);
        CHECK(c.selfadjointView<Eigen::Lower>().eigenvalues().minCoeff() > -1e-13 * c.norm());
    }
}

TEST_CASE("Lyapunov: a Jordan block, a pair of eigenvalues, and very different rates") {
    MatrixXd jordan(3, 3);
    jordan << -1, 1, 0, 0, -1, 1, 0, 0, -1;
    CHECK(residual(jordan, MatrixXd::Identity(3, 3), lyapunov(jordan, MatrixXd::Identity(3, 3))) <
          1e-14);
    MatrixXd turning(2, 2);
    turning << -0.1, 50, -50, -0.1;
    // A rotation leaves the covariance isotropic: 1/(2 * 0.1).
    CHECK((lyapunov(turning, MatrixXd::Identity(2, 2)) - 5.0 * MatrixXd::Identity(2, 2)).norm() <
          1e-11);
    const Eigen::Vector3d rates(-1e-6, -1.0, -1e8);
    const MatrixXd c = lyapunov(rates.asDiagonal(), MatrixXd::Ones(3, 3));
    for (Eigen::Index i = 0; i < 3; ++i) {
        for (Eigen::Index j = 0; j < 3; ++j) {
            CHECK(c(i, j) == Approx(-1.0 / (rates[i] + rates[j])).epsilon(1e-13));
        }
    }
}

TEST_CASE("Stein: residual near rounding, closed form, and the limit of a small step") {
    for (const Eigen::Index n : {1, 2, 5, 30}) {
        const MatrixXd m = dense(n, 2.3) * (0.9 / (1.0 + std::sqrt(static_cast<double>(n))));
        const MatrixXd b = positive(n, 1.1);
        const MatrixXd c = stein(m, b);
        CHECK(step_residual(m, b, c) < 1e-13);
        CHECK((c - c.transpose()).norm() == 0.0);
    }
    MatrixXd turn(2, 2);
    turn << 0.6, 0.7, -0.7, 0.6;
    CHECK((stein(turn, MatrixXd::Identity(2, 2)) - MatrixXd::Identity(2, 2) / (1.0 - 0.36 - 0.49))
              .norm() < 1e-13);
    const MatrixXd generator = dense(4, 0.7) - 3.0 * MatrixXd::Identity(4, 4);
    const MatrixXd noise = positive(4, 0.2);
    const double dt = 1e-6;
    CHECK(
        (stein(MatrixXd::Identity(4, 4) + dt * generator, dt * noise) - lyapunov(generator, noise))
            .norm() < 1e-5);
}

TEST_CASE("without a stationary state there is a message, not a number") {
    const MatrixXd one = MatrixXd::Identity(2, 2);
    MatrixXd m(2, 2);
    m << -1.0, 0.0, 0.0, 0.25;
    CHECK_THROWS_WITH(lyapunov(m, one), Catch::Contains("grow at the rate 0.25"));
    CHECK_THROWS_AS(lyapunov(MatrixXd::Zero(2, 2), one), NumericsError);
    m << 0.5, 0.0, 0.0, -1.25;
    CHECK_THROWS_WITH(stein(m, one), Catch::Contains("by the factor 1.25 in a step"));
    CHECK_THROWS_AS(stein(one, one), NumericsError);
    m(0, 0) = std::nan("");
    CHECK_THROWS_AS(lyapunov(m, one), NumericsError);
}

TEST_CASE("nothing fluctuates in no dimension") {
    CHECK(lyapunov(MatrixXd(0, 0), MatrixXd(0, 0)).size() == 0);
    CHECK(stein(MatrixXd(0, 0), MatrixXd(0, 0)).size() == 0);
}
