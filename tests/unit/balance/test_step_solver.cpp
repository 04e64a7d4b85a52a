#include "equipoise/balance/initial.hpp"
#include "equipoise/balance/step_solver.hpp"
#include "equipoise/util/errors.hpp"

#include <catch2/catch.hpp>

#include "unit/balance/setup.hpp"
#include <algorithm>
#include <random>
#include <string>
#include <vector>

// Protects the linear system of a balanced step where J is an operator: against J as a matrix, and
// what is said where the iteration fails.

namespace {

using namespace equipoise;
using balance::ModeJacobian;
using balance::StepSolver;

/// Up to `waves` waves of each direction; coefficients fall off, and i feels fewer of them from e.
std::string kernels(const std::string& domain, int waves) {
    const auto list = [](int count, double first) {
        std::string text;
        double value = first;
        for (int m = 0; m <= count; ++m, value *= 0.8) {
            text.append(m == 0 ? "" : ", ").append(std::to_string(value));
        }
        return "cosine(" + text + ")";
    };
    const auto kernel = [&](int count, double first) {
        return domain == "torus" ? "product(" + list(count, first) + ", " + list(count, 1.0) + ")"
                                 : list(count, first);
    };
    return coupling("e", "i", kernel(waves, 1.0), "tanh(slope=1)") +
           coupling("i", "e", kernel(waves - 1, 1.2), "tanh(slope=1.5)") +
           coupling("i", "i", kernel(waves - 1, 0.5), "tanh(slope=0.7)") +
           coupling("e", "e", kernel(1, 0.2), "tanh(slope=1)");
}

std::string problem(const std::string& domain, int waves, double variation) {
    const std::string place =
        domain == "torus" ? "cos(2*pi*x1)*sin(4*pi*x2)" : "(cos(2*pi*x) + sin(6*pi*x))";
    const std::string vary = std::to_string(variation) + "*" + place;
    return two_populations(domain, kernels(domain, waves), "mean = 0.2 + " + vary + "\n",
                           "mean = 0.3\nvariance = 1 + 0.5*" + vary + "\n");
}

/// The three populations of one chain: the last one only receives.
std::string three_populations() {
    return "[run]\nt_end = 1\n[domain]\nkind = torus\n[populations]\nnames = a b c\n"
           "[population.a]\nsign = excitatory\nneurons = 400\ndrift = linear(tau=1)\nnoise = "
           "constant(sigma=1)\nmean = 0.3*cos(2*pi*x1)\n"
           "[population.b]\nsign = inhibitory\nneurons = 400\ndrift = linear(tau=1)\nnoise = "
           "constant(sigma=1)\nmean = 0.2*sin(2*pi*(x1 - x2))\n"
           "[population.c]\nsign = inhibitory\nneurons = 400\ndrift = linear(tau=1)\nnoise = "
           "constant(sigma=1)\n[network]\ntime_step = 0.01\n" +
           coupling("a", "b", "modes(0 0 1, 1 2 0.5, 3 -1 0.2)", "tanh(slope=1)") +
           coupling("b", "a", "modes(0 0 1, 1 0 0.7, 3 -1 0.2)", "tanh(slope=1)") +
           coupling("b", "b", "modes(0 0 0.5)", "tanh(slope=1)") +
           coupling("c", "b", "modes(0 0 1, 1 2 0.4)", "tanh(slope=2)") +
           coupling("c", "c", "modes(0 0 0.5, 1 2 0.4)", "linear(slope=1)");
}

std::vector<double> initial_moments(const Setup& setup) {
    balance::DriveModes drive(setup.model);
    return balance::initial_balance(setup.balance, drive).moments;
}

/// Moments of order 1 about their averages: nothing that any G' could have.
std::vector<double> disturbed(std::vector<double> moments, const balance::MomentLayout& layout,
                              double size) {
    std::mt19937_64 engine(3);
    std::uniform_real_distribution<double> uniform(-size, size);
    for (std::size_t i = layout.order_zero_size(); i < moments.size(); ++i) {
        moments[i] += uniform(engine);
    }
    return moments;
}

Eigen::VectorXd random_vector(std::size_t size) {
    std::mt19937_64 engine(7);
    std::normal_distribution<double> normal;
    Eigen::VectorXd vector(static_cast<Eigen::Index>(size));
    for (double& value : vector) {
        value = normal(engine);
    }
    return vector;
}

config::Network with(config::BalanceSolver solver, std::int64_t iterations = 500) {
    config::Network network;
    network.balance_solver = solver;
    network.balance_iterations = iterations;
    return network;
}

std::vector<std::string> problems() {
    return {problem("ring", 6, 0.4), problem("torus", 3, 0.4), three_populations()};
}

} // namespace

TEST_CASE("the operator applies the matrix J") {
    for (const std::string& text : problems()) {
        const Setup setup(text);
        CAPTURE(setup.balance.size());
        ModeJacobian jacobian(setup.balance);
        for (const double size : {0.0, 0.3}) {
            const std::vector<double> moments =
                disturbed(initial_moments(setup), setup.balance.layout(), size);
            jacobian.set(moments);
            CHECK(jacobian.unevenness() > 0.01);
            const Eigen::MatrixXd matrix = setup.balance.jacobian(moments);
            const Eigen::VectorXd h = random_vector(setup.balance.size());
            CHECK((jacobian.apply(h) - matrix * h).cwiseAbs().maxCoeff() < 1e-13 * matrix.norm());
        }
    }
}

TEST_CASE("where E[G'] is uniform J is its uniform part") {
    for (const std::string& text : {problem("ring", 6, 0.0), problem("torus", 3, 0.0)}) {
        const Setup setup(text);
        ModeJacobian jacobian(setup.balance);
        const std::vector<double> moments = initial_moments(setup);
        jacobian.set(moments);
        CHECK(jacobian.unevenness() < 1e-14);
        Eigen::MatrixXd rest = setup.balance.jacobian(moments);
        for (std::size_t i = 0; i < setup.balance.size(); ++i) {
            const auto [a, p] = setup.balance.unknowns()[i];
            const std::vector<std::size_t>& active = jacobian.active(p);
            const Eigen::MatrixXd block = jacobian.uniform_block(p);
            for (std::size_t j = 0; j < setup.balance.size(); ++j) {
                const auto [b, q] = setup.balance.unknowns()[j];
                if (p == q) {
                    const auto place = [&](std::size_t of) {
                        return std::find(active.begin(), active.end(), of) - active.begin();
                    };
                    rest(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) -=
                        block(place(a), place(b));
                }
            }
        }
        CHECK(rest.cwiseAbs().maxCoeff() < 1e-14);
    }
}

TEST_CASE("GMRES gives what the factorised matrix gives") {
    for (const std::string& text : problems()) {
        const Setup setup(text);
        const std::vector<double> moments =
            disturbed(initial_moments(setup), setup.balance.layout(), 0.01);
        const Eigen::VectorXd r = random_vector(setup.balance.size());
        for (const double eps : {0.1, 1e-3}) {
            for (const double dt : {0.001, 0.1}) {
                CAPTURE(setup.balance.size(), eps, dt);
                StepSolver dense(setup.balance, dt, eps, with(config::BalanceSolver::dense));
                StepSolver krylov(setup.balance, dt, eps, with(config::BalanceSolver::krylov));
                REQUIRE_FALSE(dense.is_iterative());
                REQUIRE(krylov.is_iterative());
                const Eigen::VectorXd expected = dense.solve(moments, r, 0.0);
                const Eigen::VectorXd h = krylov.solve(moments, r, 0.0);
                CHECK((h - expected).norm() < 1e-11 * expected.norm());
                CHECK(krylov.effort().solves == 1);
                CHECK(krylov.effort().last > 1);
                CHECK(krylov.effort().last == krylov.effort().iterations);
                CHECK(dense.effort().solves == 0);
                // Nothing is carried from one solve to the next: a restarted run has the same bits.
                CHECK(krylov.solve(moments, r, 0.0) == h);
                CHECK(krylov.solve(moments, Eigen::VectorXd::Zero(r.size()), 0.0).norm() == 0.0);
                CHECK(krylov.effort().last == 0);
                CHECK(krylov.effort().solves == 3);
            }
        }
    }
}

TEST_CASE("uniform E[G'] takes one iteration or two, however many modes") {
    const Setup setup(problem("torus", 6, 0.0));
    REQUIRE(setup.balance.size() > StepSolver::dense_unknowns);
    StepSolver solver(setup.balance, 0.01, 0.01, with(config::BalanceSolver::automatic));
    REQUIRE(solver.is_iterative());
    const Eigen::VectorXd r = random_vector(setup.balance.size());
    REQUIRE(solver.solve(initial_moments(setup), r, 0.0).allFinite());
    CHECK(solver.effort().last <= 2);
}

TEST_CASE("the number of unknowns chooses the method") {
    const Setup small(problem("ring", 2, 0.4));
    REQUIRE(small.balance.size() <= StepSolver::dense_unknowns);
    CHECK_FALSE(StepSolver(small.balance, 0.01, 0.01, with(config::BalanceSolver::automatic))
                    .is_iterative());
    const Setup uncoupled(two_populations("ring", ""));
    StepSolver nothing(uncoupled.balance, 0.01, 0.01, with(config::BalanceSolver::krylov));
    CHECK_FALSE(nothing.is_iterative());
}

TEST_CASE("an iteration that does not converge says what was reached and what to change") {
    const Setup setup(problem("torus", 3, 0.4));
    StepSolver solver(setup.balance, 0.1, 1e-3, with(config::BalanceSolver::krylov, 3));
    const std::vector<double> moments = initial_moments(setup);
    std::string text;
    try {
        (void)solver.solve(moments, random_vector(setup.balance.size()), 0.25);
    } catch (const NumericsError& error) {
        text = error.what();
    }
    CHECK(text.rfind("time 0.25: the balance's iteration (GMRES, ", 0) == 0);
    CHECK(text.find("after 3 iterations the residual is ") != std::string::npos);
    CHECK(text.find("network.balance_solver = dense") != std::string::npos);
}

TEST_CASE("a singular matrix is told apart from slow convergence") {
    // One population on a ring, linear gain of slope 1 and strength 1, excitatory: J = 1.
    const Setup setup("[run]\nt_end = 1\n[domain]\nkind = ring\n[populations]\nnames = e\n"
                      "[population.e]\nsign = excitatory\nneurons = 100\ndrift = linear(tau=1)\n"
                      "noise = constant(sigma=1)\n[network]\ntime_step = 0.01\n" +
                      coupling("e", "e", "cosine(1)", "linear(slope=1)"));
    const std::vector<double> moments = initial_moments(setup);
    for (const auto kind : {config::BalanceSolver::dense, config::BalanceSolver::krylov}) {
        StepSolver solver(setup.balance, 0.0625, 0.0625, with(kind));
        CHECK_THROWS_WITH(solver.solve(moments, Eigen::VectorXd::Ones(1), 0.0),
                          Catch::Matchers::Contains("cannot be solved"));
    }
}
