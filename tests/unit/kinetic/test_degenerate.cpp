// Coupling of deficient rank, and what is said when the balance is lost on the way.
#include "equipoise/kinetic/solver.hpp"
#include "equipoise/util/errors.hpp"

#include <catch2/catch.hpp>

#include "unit/kinetic/petsc_session.hpp"
#include "unit/kinetic/problems.hpp"
#include <cmath>
#include <string>
#include <vector>

using namespace equipoise;
using kinetic::Averages;
using kinetic::KineticSolver;

namespace {

/// Both populations receive the same input in every mode: row e equals row i.
problems::Config identical_input(const std::string& drive) {
    problems::Config config = problems::ring(12, 160);
    for (config::Coupling& coupling : config.couplings) {
        coupling.kernel =
            coupling.source == 0 ? problems::cosine({1.0, 0.6}) : problems::cosine({2.0, 1.0});
    }
    for (config::Population& population : config.populations) {
        population.drift = problems::linear_drift(1.0);
        population.drive.text = drive;
    }
    return config;
}

} // namespace

TEST_CASE(
    "identical input with tanh gains and a drive in time: differences of the means are free") {
    // dv_e/dt + v_e = dv_i/dt + v_i = sum_p phi_p h^p, so that v_e - v_i = d(x) exp(-t) exactly,
    // whatever gains and drive: only one combination for each mode is constrained.
    for (const config::SystemSize size : {config::SystemSize::limit, config::SystemSize::network}) {
        const PetscSession session;
        problems::Problem problem(identical_input("0.4 + 0.1*sin(2*t) + 0.1*cos(t)*cos(2*pi*x)"));
        problem.config.kinetic.size = size;
        problem.config.kinetic.tolerance = 1e-6;
        KineticSolver solver(session.world, problem.balance, problem.config);
        const kinetic::SiteFields start = solver.fields();
        const auto sites = static_cast<std::size_t>(solver.local_sites());
        for (std::size_t s = 0; s < sites; ++s) {
            // The projection moves both by the same.
            const model::Position x =
                solver.site_position(solver.first_site() + static_cast<std::int64_t>(s));
            const double difference =
                problem.model.population(0).mean(x, 0.0) - problem.model.population(1).mean(x, 0.0);
            CHECK(start.mean[s] - start.mean[sites + s] == Approx(difference).margin(1e-10));
        }
        CHECK(solver.initial_projection().residual > 1e-2);
        while (!solver.step(1.0)) {
            const Averages now = solver.averages();
            CHECK(now.balance_error < 1e-10);
            CHECK(now.centre_error < 1e-10);
        }
        const kinetic::SiteFields end = solver.fields();
        for (std::size_t s = 0; s < sites; ++s) {
            const double difference = start.mean[s] - start.mean[sites + s];
            CHECK(end.mean[s] - end.mean[sites + s] ==
                  Approx(difference * std::exp(-1.0)).margin(5e-4));
        }
        const Averages now = solver.averages();
        const std::size_t modes = now.input.size() / 2;
        for (std::size_t p = 0; p < modes; ++p) {
            CHECK(now.input[p] == Approx(now.input[modes + p]).margin(1e-9));
        }
        CHECK(std::abs(now.input[0]) > 1e-2);
        CHECK(now.balance_error < 1e-10);
    }
}

TEST_CASE("identical coupling with different drives cannot balance: the mode and population") {
    const PetscSession session;
    problems::Config config = identical_input("0.4");
    config.populations[1].drive.text = "0.4 + 0.1*cos(2*pi*x)";
    const problems::Problem problem(config);
    CHECK_THROWS_WITH(KineticSolver(session.world, problem.balance, problem.config),
                      Catch::Contains("rank deficient") && Catch::Contains("mode cos(1)"));
}

TEST_CASE("a manifold that stops attracting during the run: a warning once, or an error") {
    // The drives raise <G_i>, which saturates: its slope falls until tr J = c_ee <G_e'> - c_ii
    // <G_i'> > 0.
    const PetscSession session;
    problems::Config config = problems::multiplicative_noise(160);
    config.populations[0].drive.text = "0.15 + 0.55*t";
    config.populations[1].drive.text = "0.05 + 0.3*t";
    config.kinetic.tolerance = 1e-4;
    problems::Problem problem(config);
    std::vector<std::string> heard;
    KineticSolver solver(session.world, problem.balance, problem.config,
                         [&](const std::string& text) { heard.push_back(text); });
    CHECK(heard.empty());
    CHECK(solver.averages().spectrum.largest_real_part() < 0.0);
    solver.advance(1.0);
    CHECK(solver.averages().spectrum.largest_real_part() > 0.0);
    if (session.world.is_root()) {
        REQUIRE(heard.size() == 1);
        CHECK_THAT(heard[0], Catch::Contains("does not attract") && Catch::Contains("mode") &&
                                 !Catch::Contains("t = 0:"));
    }
    CHECK(solver.averages().balance_error < 1e-10); // the limit itself goes on

    problem.config.kinetic.stop_when_unstable = true;
    KineticSolver strict(session.world, problem.balance, problem.config);
    CHECK_THROWS_AS(strict.advance(1.0), NumericsError);
    CHECK(strict.time() < 1.0);
}

TEST_CASE("a balance that is lost during the run: time, place and cause") {
    const PetscSession session;
    problems::Config config = problems::multiplicative_noise(160);
    config.populations[0].drive.text = "0.15 + 2*t"; // beyond what tanh gains can cancel
    config.kinetic.tolerance = 1e-4;
    const problems::Problem problem(config);
    KineticSolver solver(session.world, problem.balance, problem.config);
    std::string words;
    try {
        solver.advance(2.0);
    } catch (const NumericsError& error) {
        words = error.what();
    }
    UNSCOPED_INFO(words);
    CHECK(solver.time() > 0.1);
    CHECK(solver.time() < 1.0);
    CHECK_THAT(words, Catch::Contains("t = 0.3") && Catch::Contains("mode 1") &&
                          Catch::Contains("at 0 the balanced state ends"));
}

TEST_CASE("a drive that comes to have a part no coupling can cancel: the mode") {
    const PetscSession session;
    problems::Config config = problems::ring(16, 60);
    config.populations[0].drive.text = "0.6 + 0.15*cos(2*pi*x) + 0.1*t*cos(4*pi*x)";
    config.kinetic.time_step = 0.05;
    const problems::Problem problem(config);
    CHECK_THROWS_WITH(KineticSolver(session.world, problem.balance, problem.config).advance(1.0),
                      Catch::Contains("no balanced state") && Catch::Contains("population e"));
}
