// What the user hears when something is wrong.
#include "equipoise/field/solver.hpp"
#include "equipoise/util/errors.hpp"

#include <catch2/catch.hpp>

#include "unit/field/problems.hpp"
#include "unit/kinetic/petsc_session.hpp"
#include <string>

using namespace equipoise;
using field::FieldSolver;

TEST_CASE("no balance: in words, on every rank") {
    const PetscSession session;
    SECTION("a drive in a mode that no coupling reaches") {
        problems::Config config = problems::field_ring(16);
        config.populations[0].drive.text = "0.6 + 0.1*cos(4*pi*x)";
        problems::Problem problem(config);
        CHECK_THROWS_WITH(FieldSolver(session.world, problem.balance, problem.config),
                          Catch::Contains("no balanced state at t = 0") &&
                              Catch::Contains("population e"));
    }
    SECTION("a drive beyond what the gains can give") {
        problems::Config config = problems::figure3();
        config.populations[0].drive.text = "30";
        problems::Problem problem(config);
        CHECK_THROWS_WITH(FieldSolver(session.world, problem.balance, problem.config),
                          Catch::Contains("no balanced state") && Catch::Contains("population"));
    }
    SECTION("a drive that grows beyond it: the time is named") {
        problems::Config config = problems::figure3();
        config.populations[0].drive.text = "0.1 + t";
        problems::Problem problem(config);
        FieldSolver solver(session.world, problem.balance, problem.config);
        CHECK_THROWS_AS(solver.advance(3.0), NumericsError);
        CHECK(solver.time() > 0.1);
        CHECK(solver.time() < 0.9); // |E[tanh]| < 1
    }
    SECTION("a singular J, with the mode and the population") {
        problems::Config config = problems::figure3();
        config.couplings = {{0, 0, problems::cosine({1.0}), problems::linear_gain(1.0)},
                            {0, 1, problems::cosine({1.0}), problems::linear_gain(1.0)},
                            {1, 0, problems::cosine({1.0}), problems::linear_gain(1.0)},
                            {1, 1, problems::cosine({1.0}), problems::linear_gain(1.0)}};
        problems::Problem problem(config);
        CHECK_THROWS_WITH(FieldSolver(session.world, problem.balance, problem.config),
                          Catch::Contains("population"));
    }
    SECTION("a lattice too coarse for the kernels") {
        problems::Config config = problems::field_ring(2);
        problems::Problem problem(config);
        CHECK_THROWS_WITH(FieldSolver(session.world, problem.balance, problem.config),
                          Catch::Contains("field.sites") && Catch::Contains("at least 3"));
    }
}

TEST_CASE("a manifold that does not attract: a warning on rank 0") {
    const PetscSession session;
    problems::Config config = problems::figure3();
    config.couplings.push_back({0, 0, problems::cosine({3.0}), problems::tanh_gain()});
    config.populations[0].drive.text = "0.02";
    problems::Problem problem(config);
    int heard = 0;
    const FieldSolver solver(session.world, problem.balance, problem.config,
                             [&](const std::string& text) {
                                 ++heard;
                                 CHECK_THAT(text, Catch::Contains("does not attract"));
                             });
    CHECK(heard == (session.world.is_root() ? 1 : 0));
}

TEST_CASE("states that leave the range of a function, or blow up, stop the run") {
    const PetscSession session;
    SECTION("range") {
        problems::Config config = problems::figure3();
        config.populations[0].drift = problems::expression("-z", -4.0, 4.0);
        config.populations[0].variance.text = "0.1";
        problems::Problem problem(config); // the stationary variance 0.5 has tails beyond 4
        FieldSolver solver(session.world, problem.balance, problem.config);
        CHECK_THROWS_WITH(solver.advance(2.0), Catch::Contains("population e") &&
                                                   Catch::Contains("lies outside -4 .. 4") &&
                                                   Catch::Contains("wider range"));
    }
    SECTION("blow-up") {
        problems::Config config = problems::uncoupled(problems::cubic_drift(0.0, 1.0, -1.0),
                                                      problems::constant_noise(1.0), "1", 10);
        config.field.sites = {1, 1};
        problems::Problem problem(config);
        FieldSolver solver(session.world, problem.balance, problem.config);
        CHECK_THROWS_AS(solver.advance(5.0), NumericsError);
    }
}

TEST_CASE("both populations with the same input: the group inverse finds the limit") {
    // J is singular on the active modes, h lies in its range (1, 1): v_e - v_i relaxes freely.
    const PetscSession session;
    problems::Config config = problems::figure3();
    config.populations[0].mean.text = "0.8";
    config.populations[0].drive.text = "0.5";
    config.populations[1].drive.text = "0.5";
    config.couplings = {{0, 0, problems::cosine({1.0}), problems::linear_gain(1.0)},
                        {0, 1, problems::cosine({2.0}), problems::linear_gain(1.0)},
                        {1, 0, problems::cosine({1.0}), problems::linear_gain(1.0)},
                        {1, 1, problems::cosine({2.0}), problems::linear_gain(1.0)}};
    problems::Problem problem(config);
    FieldSolver solver(session.world, problem.balance, problem.config);
    // r = 0.5 + v_e - 2 v_i; projection along (1, 1) keeps v_e - v_i = 0.8: v_i = 1.3.
    CHECK(solver.averages().mean_modes[0] == Approx(2.1).epsilon(1e-10));
    CHECK(solver.averages().mean_modes[1] == Approx(1.3).epsilon(1e-10));
    solver.advance(1.0);
    const field::Averages end = solver.averages();
    const double difference = 0.8 * std::exp(-1.0);
    CHECK(end.mean_modes[0] - end.mean_modes[1] == Approx(difference).margin(1e-8));
    CHECK(end.mean_modes[1] == Approx(0.5 + difference).margin(1e-8));
    CHECK(end.input[0] == Approx(end.input[1]).epsilon(1e-9));
    CHECK(end.balance_error < 1e-10);
}
