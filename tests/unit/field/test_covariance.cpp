// Covariances of populations at a site: closed form, the Gaussian closure against quadrature, and
// that nothing else feels them.
#include "equipoise/field/solver.hpp"
#include "equipoise/field/system.hpp"
#include "equipoise/model/gauss_hermite.hpp"

#include <catch2/catch.hpp>

#include "unit/field/problems.hpp"
#include "unit/kinetic/petsc_session.hpp"
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

using namespace equipoise;
using field::FieldSolver;

namespace {

problems::Config with_covariance(problems::Config config, const std::string& value) {
    config.covariances = {{1, 0, {value, "covariance.i.e.value"}}};
    return config;
}

} // namespace

TEST_CASE("linear drifts: K_ei(x, t) = K_ei(x, 0) exp(-(1/tau_e + 1/tau_i) t)") {
    const PetscSession session;
    for (const bool finite : {false, true}) {
        problems::Config config = problems::field_ring(20); // tau = 1 and 0.8
        config = with_covariance(finite ? problems::with_size(config, 10000) : config,
                                 "0.7 + 0.5*cos(2*pi*x)");
        problems::Problem problem(config);
        FieldSolver solver(session.world, problem.balance, problem.config);
        for (const double t : {0.0, 0.2, 1.0, 2.5}) {
            solver.advance(t);
            const field::SiteFields fields = solver.fields();
            REQUIRE(fields.covariance.size() == static_cast<std::size_t>(solver.local_sites()));
            for (std::size_t s = 0; s < fields.covariance.size(); ++s) {
                const double x =
                    static_cast<double>(solver.first_site() + static_cast<std::int64_t>(s)) / 20.0;
                const double start = 0.7 + 0.5 * std::cos(2.0 * std::numbers::pi * x);
                CHECK(fields.covariance[s] ==
                      Approx(start * std::exp(-(1.0 + 1.0 / 0.8) * t)).margin(1e-8));
            }
        }
    }
}

TEST_CASE("nonlinear drifts: the rate is E[y_e f_i + y_i f_e] of the bivariate normal") {
    problems::Config config = problems::multiplicative_noise(100);
    config.populations[1].drift = problems::expression("sin(z) - 0.3*z^2", -20.0, 20.0);
    config.field.sites = {1, 1};
    problems::Problem problem(with_covariance(config, "0.1"));
    const balance::Lattice lattice(problem.balance.layout(), problem.config.domain, {1, 1}, 0, 1,
                                   "field.sites");
    field::System system(parallel::Communicator(MPI_COMM_SELF), problem.balance, lattice, 0.0);
    REQUIRE(system.rows() == 5);
    const std::vector<std::array<double, 5>> states{
        {0.3, -0.4, 0.8, 0.6, 0.5}, {-1.0, 0.2, 0.3, 1.2, -0.55}, {0.1, 0.7, 1.0, 0.4, 0.0}};
    for (const auto& [ve, vi, ke, ki, c] : states) {
        const std::vector<double> u{ve, vi, ke, ki, c};
        system.choose_rules(u, 1e-13);
        system.evaluate(0.0, u);
        std::vector<double> rates(u.size());
        system.rates(Eigen::VectorXd::Zero(system.multipliers()), rates);
        // y_e = sqrt(K_e) xi, y_i = c/sqrt(K_e) xi + sqrt(K_i - c^2/K_e) eta
        const model::GaussHermite rule(40);
        double expected = 0.0;
        for (std::size_t j = 0; j < rule.size(); ++j) {
            for (std::size_t k = 0; k < rule.size(); ++k) {
                const double ye = std::sqrt(ke) * rule.nodes[j];
                const double yi =
                    c / std::sqrt(ke) * rule.nodes[j] + std::sqrt(ki - c * c / ke) * rule.nodes[k];
                const double fe = 0.1 - 0.2 * (ve + ye) - 0.4 * std::pow(ve + ye, 3);
                const double fi = std::sin(vi + yi) - 0.3 * (vi + yi) * (vi + yi);
                expected += rule.weights[j] * rule.weights[k] * (ye * fi + yi * fe);
            }
        }
        CHECK(rates[system.covariance_row(0)] == Approx(expected).margin(1e-9));
    }
}

TEST_CASE("nothing else feels a covariance; a saved state holds it; the same on every rank") {
    const PetscSession session;
    const problems::Config plain = problems::field_ring(70);
    problems::Problem problem(with_covariance(plain, "0.4*sin(2*pi*x)"));
    FieldSolver whole(session.world, problem.balance, problem.config);
    whole.advance(0.3);
    const field::SavedState saved = whole.save();
    whole.advance(1.1);
    FieldSolver again(session.world, problem.balance, problem.config);
    again.restore(saved);
    again.advance(1.1);
    CHECK(again.fields().covariance == whole.fields().covariance);
    CHECK(again.fields().mean == whole.fields().mean);

    FieldSolver alone(parallel::Communicator(MPI_COMM_SELF), problem.balance, problem.config);
    alone.advance(0.3);
    alone.advance(1.1);
    const std::vector<double> mine = whole.fields().covariance;
    const std::vector<double> all = alone.fields().covariance;
    REQUIRE(all.size() == 70);
    const auto first = all.begin() + static_cast<std::ptrdiff_t>(whole.first_site());
    CHECK(std::equal(mine.begin(), mine.end(), first));

    // The steps may differ, since its error counts too: to the tolerance.
    problems::Problem without(plain);
    FieldSolver other(session.world, without.balance, without.config);
    other.advance(1.1);
    CHECK(other.fields().covariance.empty());
    const field::SiteFields a = whole.fields();
    const field::SiteFields b = other.fields();
    for (std::size_t i = 0; i < a.mean.size(); ++i) {
        CHECK(a.mean[i] == Approx(b.mean[i]).margin(1e-7));
        CHECK(a.variance[i] == Approx(b.variance[i]).margin(1e-7));
    }
}
