// The coupled system: its Jacobian is exact and the direct solve is its inverse.
#include "equipoise/balance/lattice.hpp"
#include "equipoise/kinetic/initial_density.hpp"
#include "equipoise/kinetic/manifold.hpp"
#include "equipoise/kinetic/system.hpp"

#include <catch2/catch.hpp>

#include "unit/kinetic/problems.hpp"
#include <cmath>
#include <random>
#include <vector>

using namespace equipoise;

namespace {

/// A system on a single rank, or the same on all of them, in a state with no symmetry.
struct Setup {
    problems::Problem problem;
    parallel::Communicator self{MPI_COMM_SELF};
    kinetic::Grid grid;
    balance::Lattice lattice;
    kinetic::System system;
    std::vector<double> u;
    Eigen::VectorXd h;

    Setup(const problems::Config& config, double epsilon)
        : problem(config), grid{-6.0, 7.0, static_cast<std::size_t>(config.kinetic.cells)},
          lattice(problem.balance.layout(), config.domain, config.kinetic.sites, 0,
                  config.kinetic.sites[0] * config.kinetic.sites[1], "kinetic.sites"),
          system(self, problem.balance, grid, lattice, epsilon), u(system.local_size()),
          h(system.multipliers()) {
        std::mt19937_64 generator(3);
        std::uniform_real_distribution<double> uniform(0.5, 1.5);
        const kinetic::LineLayout at = system.lines().layout();
        for (std::size_t line = 0; line < system.lines().count(); ++line) {
            double* state = u.data() + line * at.stride();
            kinetic::gaussian_density(grid, uniform(generator), state);
            for (std::size_t k = 0; k < at.cells; ++k) {
                state[k] *= uniform(generator);
            }
            state[at.mean()] = uniform(generator) - 1.0;
            state[at.drift()] = uniform(generator) - 1.0;
        }
        for (double& value : h) {
            value = uniform(generator);
        }
    }
};

/// F for zero du/dt, lines and multipliers in one row.
std::vector<double> residual(Setup& setup, const std::vector<double>& u, const Eigen::VectorXd& h) {
    setup.system.evaluate(0.3, u.data(), h);
    std::vector<double> rate(u.size(), 0.0);
    std::vector<double> f(u.size());
    Eigen::VectorXd fh;
    setup.system.residual(u.data(), rate.data(), f.data(), fh);
    f.insert(f.end(), fh.begin(), fh.end());
    return f;
}

void check_jacobian(Setup& setup) {
    std::mt19937_64 generator(11);
    std::normal_distribution<double> normal;
    std::vector<double> x(setup.u.size());
    Eigen::VectorXd xh(setup.h.size());
    for (double& value : x) {
        value = normal(generator);
    }
    for (double& value : xh) {
        value = normal(generator);
    }
    const double shift = 3.7;
    setup.system.evaluate(0.3, setup.u.data(), setup.h);
    setup.system.factor(shift);
    std::vector<double> y(x.size());
    Eigen::VectorXd yh;
    setup.system.multiply(x.data(), xh, y.data(), yh);

    // The inverse gives x back.
    std::vector<double> back = y;
    Eigen::VectorXd back_h;
    setup.system.solve(back.data(), yh, back.data(), back_h);
    for (std::size_t i = 0; i < x.size(); ++i) {
        CHECK(back[i] == Approx(x[i]).margin(1e-8));
    }
    for (Eigen::Index i = 0; i < xh.size(); ++i) {
        CHECK(back_h[i] == Approx(xh[i]).margin(1e-8));
    }

    // Differences of the residual in this direction, with shift x for the part in du/dt.
    const double step = 1e-6;
    const auto moved = [&](double by) {
        std::vector<double> u = setup.u;
        Eigen::VectorXd h = setup.h + by * xh;
        for (std::size_t i = 0; i < u.size(); ++i) {
            u[i] += by * x[i];
        }
        return residual(setup, u, h);
    };
    const std::vector<double> right = moved(step);
    const std::vector<double> left = moved(-step);
    const kinetic::LineLayout at = setup.system.lines().layout();
    double scale = 0.0;
    for (const double value : y) {
        scale = std::max(scale, std::abs(value));
    }
    for (std::size_t i = 0; i < y.size(); ++i) {
        const bool algebraic = i % at.stride() == at.drift();
        const double expected =
            (right[i] - left[i]) / (2.0 * step) + (algebraic ? 0.0 : shift * x[i]);
        CHECK(y[i] == Approx(expected).margin(1e-8 * scale));
    }
    for (Eigen::Index i = 0; i < yh.size(); ++i) {
        const std::size_t j = y.size() + static_cast<std::size_t>(i);
        CHECK(yh[i] == Approx((right[j] - left[j]) / (2.0 * step)).margin(1e-7));
    }
}

} // namespace

TEST_CASE("the Jacobian matches differences and its direct solve is exact: point") {
    Setup setup(problems::multiplicative_noise(60), 0.0);
    check_jacobian(setup);
}

TEST_CASE("the Jacobian matches differences and its direct solve is exact: ring, finite size") {
    Setup setup(problems::ring(6, 40), 0.01);
    check_jacobian(setup);
}

TEST_CASE("projection meets the balance, and the multipliers keep it") {
    problems::Config config = problems::ring(16, 160);
    Setup setup(config, 0.0);
    const kinetic::LineLayout at = setup.system.lines().layout();
    for (std::size_t line = 0; line < setup.system.lines().count(); ++line) {
        kinetic::gaussian_density(setup.grid, line % 2 == 0 ? 1.0 : 0.6,
                                  setup.u.data() + line * at.stride());
    }
    const kinetic::Projection projection =
        kinetic::project_state(setup.system, 0.0, setup.u.data(), setup.h);
    CHECK(projection.residual > 1e-2);
    CHECK(projection.largest_change[0] > 1e-2);
    setup.system.evaluate(0.0, setup.u.data(), setup.h);
    CHECK(setup.system.balance_residual().cwiseAbs().maxCoeff() < 1e-13);

    // Move along the flow by a short time: the balance changes by O(dt^2).
    const auto residual_after = [&](double dt) {
        setup.system.evaluate(0.0, setup.u.data(), setup.h);
        // At du/dt = 0 the residual is minus the flow; g and v of algebraic rows stay.
        std::vector<double> u = setup.u;
        std::vector<double> flow(u.size());
        Eigen::VectorXd balance;
        setup.system.residual(setup.u.data(), std::vector<double>(u.size(), 0.0).data(),
                              flow.data(), balance);
        for (std::size_t i = 0; i < u.size(); ++i) {
            u[i] -= i % at.stride() == at.drift() ? 0.0 : dt * flow[i];
        }
        setup.system.evaluate(0.0, u.data(), setup.h);
        return setup.system.balance_residual().cwiseAbs().maxCoeff();
    };
    const double far = residual_after(2e-3);
    const double near = residual_after(1e-3);
    CHECK(far < 1e-4);
    CHECK(std::log2(far / near) == Approx(2.0).margin(0.1));
}
