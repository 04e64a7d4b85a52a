#include "equipoise/balance/solve.hpp"
#include "equipoise/util/errors.hpp"

#include <catch2/catch.hpp>

#include "unit/balance/setup.hpp"
#include <cmath>
#include <functional>
#include <limits>
#include <string>

// Protects the solve for the multipliers, also where the coupling is rank deficient (model section
// 2: the group inverse), and the words where there is no solution.

namespace {

using namespace equipoise;
using balance::MultiplierSolver;

/// e and i on a ring, waves 0 and 1: six unknowns with names.
const std::string& ring_text() {
    static const std::string text =
        two_populations("ring", coupling("e", "i", "cosine(1, 1)", "tanh()") +
                                    coupling("i", "e", "cosine(1, 1)", "tanh()"));
    return text;
}

std::string words(const std::function<void()>& action) {
    try {
        action();
    } catch (const NumericsError& error) {
        return error.what();
    }
    return "";
}

} // namespace

TEST_CASE("a nonsingular Jacobian: the solution of J h = b") {
    const Setup setup(ring_text());
    REQUIRE(setup.balance.size() == 6);
    const Eigen::MatrixXd jacobian =
        -3.0 * Eigen::MatrixXd::Identity(6, 6) + Eigen::MatrixXd::Constant(6, 6, 0.25);
    const MultiplierSolver solver(setup.balance, jacobian);
    CHECK_FALSE(solver.is_singular());
    CHECK(solver.rank() == 6);
    const Eigen::VectorXd b = Eigen::VectorXd::LinSpaced(6, -1.0, 4.0);
    CHECK((jacobian * solver.solve(b) - b).norm() < 1e-13);
}

TEST_CASE("a poorly conditioned but regular Jacobian counts as regular") {
    const Setup setup(ring_text());
    Eigen::VectorXd diagonal = Eigen::VectorXd::Constant(6, -1.0);
    diagonal[3] = -1e-9;
    const MultiplierSolver solver(setup.balance, diagonal.asDiagonal());
    CHECK_FALSE(solver.is_singular());
    CHECK(solver.solve(Eigen::VectorXd::Ones(6))[3] == Approx(-1e9));
}

TEST_CASE("rows of very different sizes, as smooth kernels have them, are no rank deficiency") {
    const Setup setup(ring_text());
    Eigen::MatrixXd jacobian = -3.0 * Eigen::MatrixXd::Identity(6, 6);
    jacobian(1, 4) = 1.0;
    jacobian(4, 1) = -1.0;
    Eigen::VectorXd size = Eigen::VectorXd::Ones(6);
    size[1] = 2e-10; // on either side of the relative rank
    size[4] = 5e-11;
    size[2] = size[5] = 1e-12;
    jacobian = size.asDiagonal() * jacobian;
    const MultiplierSolver solver(setup.balance, jacobian);
    CHECK_FALSE(solver.is_singular());
    const Eigen::VectorXd h = Eigen::VectorXd::LinSpaced(6, -1.0, 4.0);
    CHECK((solver.solve(jacobian * h) - h).norm() < 1e-13);
}

TEST_CASE("identical input to both populations: the group inverse") {
    // In each mode J = (a, -c; a, -c): rank one, range (1, 1), J^2 = (a - c) J.
    const Setup setup(ring_text());
    const double a = 1.0;
    const double c = 2.5;
    Eigen::MatrixXd jacobian = Eigen::MatrixXd::Zero(6, 6);
    for (Eigen::Index p = 0; p < 3; ++p) {
        jacobian(p, p) = jacobian(3 + p, p) = a;
        jacobian(p, 3 + p) = jacobian(3 + p, 3 + p) = -c;
    }
    const MultiplierSolver solver(setup.balance, jacobian);
    CHECK(solver.is_singular());
    CHECK(solver.rank() == 3);
    Eigen::VectorXd b(6);
    b << 1.0, -2.0, 0.5, 1.0, -2.0, 0.5;
    const Eigen::VectorXd h = solver.solve(b);
    CHECK((jacobian * h - b).norm() < 1e-13); // solves the equation ...
    CHECK((h - b / (a - c)).norm() < 1e-13);  // ... in the range of J, as h = J w does
    b[4] += 0.25;                             // out of the range
    const std::string text = words([&] { static_cast<void>(solver.solve(b)); });
    CHECK(text.find("no balanced state") != std::string::npos);
    CHECK(text.find("3 of 6") != std::string::npos);
    CHECK(text.find("mode cos(1)") != std::string::npos);
}

TEST_CASE("the group inverse of a matrix that is not symmetric") {
    // X diag(-1, -2, -3, 0, 0, 0) X^-1 has the group inverse X diag(-1, -1/2, -1/3, 0, ...) X^-1.
    const Setup setup(ring_text());
    Eigen::MatrixXd x(6, 6);
    for (Eigen::Index i = 0; i < 6; ++i) {
        for (Eigen::Index j = 0; j < 6; ++j) {
            x(i, j) = std::sin(1.0 + static_cast<double>(i * i + 3 * j + i * j)) + (i == j ? 3 : 0);
        }
    }
    Eigen::VectorXd values(6);
    values << -1.0, -2.0, -3.0, 0.0, 0.0, 0.0;
    Eigen::VectorXd inverses(6);
    inverses << -1.0, -0.5, -1.0 / 3.0, 0.0, 0.0, 0.0;
    const Eigen::MatrixXd x_inverse = x.inverse();
    const MultiplierSolver solver(setup.balance, x * values.asDiagonal() * x_inverse);
    CHECK(solver.rank() == 3);
    const Eigen::VectorXd b =
        x * values.asDiagonal() * x_inverse * Eigen::VectorXd::LinSpaced(6, 1.0, 2.0);
    CHECK((solver.solve(b) - x * inverses.asDiagonal() * x_inverse * b).norm() < 1e-12);
}

TEST_CASE("a pivot that is exactly 0 is not overlooked") {
    // Eigen's estimate of the condition number is 1 for this one.
    const Setup setup(ring_text());
    Eigen::MatrixXd jacobian = -Eigen::MatrixXd::Identity(6, 6);
    jacobian(4, 4) = 0.0;
    const MultiplierSolver solver(setup.balance, jacobian);
    CHECK(solver.rank() == 5);
    Eigen::VectorXd b = Eigen::VectorXd::Ones(6);
    CHECK(words([&] { static_cast<void>(solver.solve(b)); }).find("population i, mode cos(1)") !=
          std::string::npos);
    b[4] = 0.0;
    CHECK((solver.solve(b) + b).norm() < 1e-15);
}

TEST_CASE("where range and null space meet there is no balanced state, and the mode is named") {
    const Setup setup(ring_text());
    Eigen::MatrixXd jacobian = -Eigen::MatrixXd::Identity(6, 6);
    jacobian(4, 4) = jacobian(1, 1) = 0.0; // cos(1) of e and i
    jacobian(1, 4) = 1.0;                  // nilpotent there
    const std::string text = words([&] { MultiplierSolver(setup.balance, jacobian); });
    CHECK(text.find("no balanced state") != std::string::npos);
    CHECK(text.find("population e, mode cos(1)") != std::string::npos);
    const std::string zero =
        words([&] { MultiplierSolver(setup.balance, Eigen::MatrixXd::Zero(6, 6)); });
    CHECK(zero.find("no balanced state") != std::string::npos);
}

TEST_CASE("a Jacobian that is not finite is told as such") {
    const Setup setup(ring_text());
    Eigen::MatrixXd jacobian = -Eigen::MatrixXd::Identity(6, 6);
    jacobian(2, 3) = std::numeric_limits<double>::quiet_NaN();
    CHECK(words([&] { MultiplierSolver(setup.balance, jacobian); }).find("not finite") !=
          std::string::npos);
}

TEST_CASE("a network without coupling has nothing to solve") {
    const Setup setup(two_populations("point", ""));
    REQUIRE(setup.balance.size() == 0);
    const MultiplierSolver solver(setup.balance, Eigen::MatrixXd(0, 0));
    CHECK_FALSE(solver.is_singular());
    CHECK(solver.solve(Eigen::VectorXd(0)).size() == 0);
}
