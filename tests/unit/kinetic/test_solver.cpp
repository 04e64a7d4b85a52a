// The solver as a whole, on any number of ranks: reference values, invariants at every step, the
// same bits on every number of ranks, and clear words when something is wrong.
#include "equipoise/kinetic/solver.hpp"
#include "equipoise/util/errors.hpp"

#include <catch2/catch.hpp>
#include <petsclog.h>

#include "unit/kinetic/petsc_session.hpp"
#include "unit/kinetic/problems.hpp"
#include <cmath>
#include <string>
#include <utility>
#include <vector>

using namespace equipoise;
using kinetic::Averages;
using kinetic::KineticSolver;

namespace {

/// Steps to t and checks after each step what must hold at all times.
void advance_checked(KineticSolver& solver, double t) {
    while (!solver.step(t)) {
        const Averages now = solver.averages();
        CHECK(now.mass_error < 1e-12);
        CHECK(now.centre_error < 1e-10);
        CHECK(now.balance_error < 1e-10);
        CHECK(now.smallest_density >= 0.0);
    }
}

} // namespace

TEST_CASE("point, multiplicative noise: reference values") {
    const PetscSession session;
    problems::Problem problem(problems::multiplicative_noise(800));
    KineticSolver solver(session.world, problem.balance, problem.config);
    const std::vector<std::vector<double>> reference{{0.0, 0.08696, 1.0, 0.23748, 0.5},
                                                     {0.5, 0.07306, 0.60592, 0.22269, 0.35152},
                                                     {3.0, 0.06898, 0.44451, 0.21420, 0.27721}};
    for (const std::vector<double>& row : reference) {
        solver.advance(row[0]);
        CHECK(solver.time() == row[0]);
        const Averages now = solver.averages();
        CHECK(now.mean_modes[0] == Approx(row[1]).margin(5e-5));
        CHECK(now.variance[0] == Approx(row[2]).margin(5e-5));
        CHECK(now.mean_modes[1] == Approx(row[3]).margin(5e-5));
        CHECK(now.variance[1] == Approx(row[4]).margin(5e-5));
    }
    CHECK(solver.initial_projection().residual == Approx(0.15).margin(1e-12));
    CHECK(solver.initial_projection().largest_change[1] == Approx(0.23748).margin(5e-5));
}

TEST_CASE("ring: reference values, and all invariants after every step") {
    const PetscSession session;
    problems::Problem problem(problems::ring(32, 600));
    problem.config.kinetic.tolerance = 3e-6;
    KineticSolver solver(session.world, problem.balance, problem.config);
    // t, averages of v_e, v_e cos, v_i, v_i cos
    const std::vector<std::vector<double>> reference{{0.0, 0.1379, 0.0517, 0.7284, 0.3853},
                                                     {0.5, 0.1163, 0.0434, 0.5175, 0.2736},
                                                     {1.5, 0.1034, 0.0383, 0.4079, 0.2153}};
    for (const std::vector<double>& row : reference) {
        if (row[0] > 0.0) {
            advance_checked(solver, row[0]);
        }
        const Averages now = solver.averages();
        CHECK(now.mean_modes[0] == Approx(row[1]).margin(1e-4));
        CHECK(now.mean_modes[1] == Approx(row[2]).margin(1e-4));
        CHECK(now.mean_modes[3] == Approx(row[3]).margin(1e-4));
        CHECK(now.mean_modes[4] == Approx(row[4]).margin(1e-4));
    }
}

TEST_CASE("the same bits on every number of ranks, fixed and adaptive step, point, ring, torus") {
    const PetscSession session;
    problems::Config torus = problems::ring(12, 60);
    torus.domain.kind = problems::DomainKind::torus;
    torus.kinetic.sites = {5, 4};
    torus.populations[0].mean.text = "0.3*cos(2*pi*x1) + 0.2*sin(2*pi*(x1 + x2))";
    for (problems::Config config :
         {problems::multiplicative_noise(80), problems::ring(13, 60), torus}) {
        for (const bool fixed : {true, false}) {
            config.kinetic.tolerance = 1e-4;
            if (fixed) {
                config.kinetic.time_step = 0.05;
            }
            problems::Problem problem(config);
            KineticSolver together(session.world, problem.balance, problem.config);
            KineticSolver alone(parallel::Communicator(MPI_COMM_SELF), problem.balance,
                                problem.config);
            together.advance(0.4);
            alone.advance(0.4);
            CHECK(together.effort().steps == alone.effort().steps);
            const Averages a = together.averages();
            const Averages b = alone.averages();
            CHECK(a.mean_modes == b.mean_modes);
            CHECK(a.variance == b.variance);
            CHECK(a.input == b.input);
            CHECK(a.balance == b.balance);
            CHECK(a.spectrum.eigenvalues == b.spectrum.eigenvalues);
            for (std::size_t population = 0; population < 2; ++population) {
                const std::vector<double> mine = together.density(population);
                const std::vector<double> all = alone.density(population);
                const auto first =
                    static_cast<std::size_t>(together.first_site()) * together.grid().cells;
                for (std::size_t i = 0; i < mine.size(); ++i) {
                    CHECK(mine[i] == all[first + i]);
                }
            }
        }
    }
}

TEST_CASE("a restored run has the bits of the undisturbed one, however early it was saved") {
    const PetscSession session;
    problems::Problem problem(problems::ring(8, 80));
    problem.config.kinetic.tolerance = 1e-4;
    KineticSolver undisturbed(session.world, problem.balance, problem.config);
    undisturbed.advance(0.3);
    undisturbed.advance(0.7);
    for (const int saved_after : {0, 1, 2, 3, 5, 8}) {
        CAPTURE(saved_after);
        KineticSolver first(session.world, problem.balance, problem.config);
        for (int i = 0; i < saved_after; ++i) {
            first.step(0.3);
        }
        REQUIRE(first.time() < 0.3);
        const kinetic::SavedState saved = first.save();
        KineticSolver again(session.world, problem.balance, problem.config);
        again.restore(saved);
        CHECK(again.time() == first.time());
        again.advance(0.3);
        again.advance(0.7);
        CHECK(again.effort().steps + saved_after == undisturbed.effort().steps);
        CHECK(again.averages().mean_modes == undisturbed.averages().mean_modes);
        CHECK(again.averages().input == undisturbed.averages().input);
        CHECK(again.fields().variance == undisturbed.fields().variance);
        CHECK(again.density(0) == undisturbed.density(0));
    }
}

TEST_CASE("no negative cell at any step size, and the constraints hold: double well, coupled") {
    const PetscSession session;
    problems::Config config = problems::multiplicative_noise(120);
    config.populations[0].drift = problems::cubic_drift(0.1, 1.0, 1.0);
    config.populations[0].noise = problems::constant_noise(0.5);
    config.populations[0].variance.text = "0.2";
    for (const double dt : {1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0}) {
        problems::Problem problem(config);
        problem.config.kinetic.time_step = dt;
        KineticSolver solver(session.world, problem.balance, problem.config);
        CAPTURE(dt);
        advance_checked(solver, 6.0 * dt);
        const Averages now = solver.averages();
        CHECK(now.smallest_density >= 0.0);
        CHECK(now.mass_error < 1e-12);
        CHECK(now.balance_error < 1e-10);
        CHECK(now.centre_error < 1e-10);
    }
}

TEST_CASE("a range that is too small stops the run with population, place and remedy") {
    const PetscSession session;
    problems::Config config =
        problems::uncoupled(problems::linear_drift(1.0), problems::constant_noise(2.0), "0.1", 100);
    config.kinetic.range = {-2.0, 2.0};
    problems::Problem problem(config);
    KineticSolver solver(session.world, problem.balance, problem.config);
    CHECK_THROWS_WITH(solver.advance(5.0), Catch::Contains("population a") &&
                                               Catch::Contains("x = 0") &&
                                               Catch::Contains("wider kinetic.range"));
}

TEST_CASE("no balance, no solution, no stability: in words") {
    const PetscSession session;
    SECTION("a drive in a mode that no coupling reaches") {
        problems::Config config = problems::ring(16, 60);
        config.populations[0].drive.text = "0.6 + 0.1*cos(4*pi*x)";
        problems::Problem problem(config);
        CHECK_THROWS_AS(KineticSolver(session.world, problem.balance, problem.config),
                        NumericsError);
    }
    SECTION("a drive beyond what the gains can give") {
        problems::Config config = problems::multiplicative_noise(60);
        config.populations[0].drive.text = "30";
        problems::Problem problem(config);
        CHECK_THROWS_WITH(KineticSolver(session.world, problem.balance, problem.config),
                          Catch::Contains("no balanced state") && Catch::Contains("population"));
    }
    SECTION("a singular J, with the mode and the populations") {
        problems::Config config = problems::multiplicative_noise(60);
        config.couplings = {{0, 0, problems::cosine({1.0}), problems::linear_gain(1.0)},
                            {0, 1, problems::cosine({1.0}), problems::linear_gain(1.0)},
                            {1, 0, problems::cosine({1.0}), problems::linear_gain(1.0)},
                            {1, 1, problems::cosine({1.0}), problems::linear_gain(1.0)}};
        problems::Problem problem(config);
        CHECK_THROWS_WITH(KineticSolver(session.world, problem.balance, problem.config),
                          Catch::Contains("singular") && Catch::Contains("population e, mode 1") &&
                              Catch::Contains("population i, mode 1"));
    }
    SECTION("an unstable manifold: a warning, or an error on request") {
        problems::Config config = problems::multiplicative_noise(60);
        config.couplings[0].kernel = problems::cosine({3.0}); // e excites itself too much
        config.populations[0].drive.text = "0.02";
        problems::Problem problem(config);
        std::string heard;
        problem.config.kinetic.time_step = 0.01;
        KineticSolver solver(session.world, problem.balance, problem.config,
                             [&](const std::string& text) { heard = text; });
        if (session.world.is_root()) {
            CHECK_THAT(heard, Catch::Contains("does not attract"));
        }
        problem.config.kinetic.stop_when_unstable = true;
        CHECK_THROWS_AS(KineticSolver(session.world, problem.balance, problem.config),
                        NumericsError);
    }
}

TEST_CASE("both populations with the same input: the group inverse finds the limit") {
    // J is singular on the active modes, h lies in its range (1, 1): v_e - v_i relaxes freely.
    const PetscSession session;
    problems::Config config = problems::multiplicative_noise(200);
    config.populations[0].drift = problems::linear_drift(1.0);
    config.populations[1].drift = problems::linear_drift(1.0);
    config.populations[0].noise = problems::constant_noise(1.0);
    config.populations[1].noise = problems::constant_noise(1.0);
    config.populations[0].variance.text = "0.5";
    config.populations[1].variance.text = "0.5";
    config.populations[0].mean.text = "0.8";
    config.populations[0].drive.text = "0.5";
    config.populations[1].drive.text = "0.5";
    config.couplings = {{0, 0, problems::cosine({1.0}), problems::linear_gain(1.0)},
                        {0, 1, problems::cosine({2.0}), problems::linear_gain(1.0)},
                        {1, 0, problems::cosine({1.0}), problems::linear_gain(1.0)},
                        {1, 1, problems::cosine({2.0}), problems::linear_gain(1.0)}};
    problems::Problem problem(config);
    KineticSolver solver(session.world, problem.balance, problem.config);
    // r = 0.5 + v_e - 2 v_i; projection along (1, 1) keeps v_e - v_i = 0.8: v_i = 1.3.
    const Averages start = solver.averages();
    CHECK(start.mean_modes[0] == Approx(2.1).epsilon(1e-9));
    CHECK(start.mean_modes[1] == Approx(1.3).epsilon(1e-9));
    solver.advance(1.0);
    const Averages end = solver.averages();
    const double difference = 0.8 * std::exp(-1.0);
    CHECK(end.mean_modes[0] - end.mean_modes[1] == Approx(difference).epsilon(1e-4));
    CHECK(end.mean_modes[1] == Approx(0.5 + difference).epsilon(1e-4));
    CHECK(end.input[0] == Approx(end.input[1]).epsilon(1e-6));
    CHECK(end.balance_error < 1e-10);
}

TEST_CASE("a finite network's size shifts the balance by h/sqrt(n)") {
    const PetscSession session;
    problems::Problem problem(problems::multiplicative_noise(200));
    problem.config.kinetic.size = config::SystemSize::network;
    KineticSolver solver(session.world, problem.balance, problem.config);
    CHECK(solver.epsilon() == Approx(0.01));
    solver.advance(0.5);
    const Averages now = solver.averages();
    CHECK(now.balance[0] == Approx(0.01 * now.input[0]).margin(1e-10));
    CHECK(std::abs(now.input[1]) > 0.1);
}

TEST_CASE("PETSc's options reach the solver under its prefix") {
    // An iterative Krylov method on the same matrix, and another order of the formula.
    for (const std::string options :
         {"-kinetic_ksp_type gmres -kinetic_ksp_rtol 1e-12", "-kinetic_ts_bdf_order 3",
          "-kinetic_snes_type newtonls -kinetic_snes_linesearch_type l2"}) {
        const PetscSession session(options);
        problems::Problem problem(problems::multiplicative_noise(100));
        KineticSolver solver(session.world, problem.balance, problem.config);
        solver.advance(0.5);
        CHECK(solver.averages().mean_modes[0] == Approx(0.07306).margin(2e-4));
    }
    CHECK(parallel::split_options("-a 'b c' \"d\"  -e") ==
          std::vector<std::string>{"-a", "b c", "d", "-e"});
}

TEST_CASE("our own type of TS takes the steps that PETSc's formula takes") {
    // Another Newton's method, other vectors, another elimination. The first step, two halves, is
    // the same to their tolerance. PETSc then forgets its middle, so that later ones agree to the
    // formula's own error only, here up to 2e-4.
    for (problems::Config config : {problems::ring(9, 80), problems::multiplicative_noise(80)}) {
        config.kinetic.time_step = 0.02;
        const auto run = [&](const std::string& options, double t) {
            const PetscSession session(options);
            problems::Problem problem(config);
            KineticSolver solver(session.world, problem.balance, problem.config);
            solver.advance(t);
            return solver.averages();
        };
        for (const auto& [t, margin] : {std::pair{0.02, 1e-9}, std::pair{0.5, 1e-4}}) {
            CAPTURE(t);
            const Averages lines = run("-kinetic_ts_type lines", t);
            const Averages petsc = run("-kinetic_ts_type bdf", t);
            for (std::size_t i = 0; i < lines.mean_modes.size(); ++i) {
                CHECK(lines.mean_modes[i] == Approx(petsc.mean_modes[i]).margin(margin));
                CHECK(lines.input[i] == Approx(petsc.input[i]).margin(100.0 * margin));
            }
            CHECK(lines.variance[0] == Approx(petsc.variance[0]).margin(margin));
            CHECK(lines.variance[1] == Approx(petsc.variance[1]).margin(margin));
        }
    }
}

TEST_CASE("our own type of TS has orders 1 to 3, shows itself, and says what it is not") {
    const auto error_at = [](const std::string& options, double time_step) {
        const PetscSession session(options);
        problems::Config config = problems::uncoupled(problems::linear_drift(1.0),
                                                      problems::constant_noise(1.0), "1.44", 200);
        config.kinetic.range = {-9.0, 9.0};
        config.kinetic.time_step = time_step;
        problems::Problem problem(config);
        KineticSolver solver(session.world, problem.balance, problem.config);
        solver.advance(0.5);
        return std::abs(solver.fields().variance.at(0) - 0.5 - 0.94 * std::exp(-1.0));
    };
    if (parallel::Communicator::world().size() == 1) {
        for (const int order : {1, 2}) {
            const std::string options = "-kinetic_ts_lines_order " + std::to_string(order);
            CHECK(std::log2(error_at(options, 0.02) / error_at(options, 0.01)) ==
                  Approx(order).margin(0.15));
        }
    }
    for (const std::string options : {"-kinetic_ts_lines_order 4", "-kinetic_ts_lines_order 0"}) {
        const PetscSession session(options);
        problems::Problem problem(problems::multiplicative_noise(60));
        CHECK_THROWS_AS(KineticSolver(session.world, problem.balance, problem.config), InputError);
    }
    const PetscSession session("-kinetic_ts_type lines -kinetic_snes_type newtonls");
    problems::Problem problem(problems::multiplicative_noise(60));
    CHECK_THROWS_WITH(KineticSolver(session.world, problem.balance, problem.config),
                      Catch::Contains("-kinetic_snes_type newtonls") &&
                          Catch::Contains("-kinetic_ts_type bdf"));
}

TEST_CASE("options that do not keep the bits still agree over the ranks to 1e-11") {
    for (const std::string options :
         {"-kinetic_ksp_type gmres -kinetic_ksp_rtol 1e-10",
          "-kinetic_snes_type newtonls -kinetic_snes_linesearch_type l2",
          "-kinetic_ts_adapt_wnormtype 2", "-kinetic_ts_type beuler"}) {
        const PetscSession session(options);
        problems::Problem problem(problems::ring(13, 60));
        problem.config.kinetic.tolerance = 1e-4;
        KineticSolver together(session.world, problem.balance, problem.config);
        KineticSolver alone(parallel::Communicator(MPI_COMM_SELF), problem.balance, problem.config);
        together.advance(0.4);
        alone.advance(0.4);
        CAPTURE(options);
        const Averages a = together.averages();
        const Averages b = alone.averages();
        for (std::size_t i = 0; i < a.mean_modes.size(); ++i) {
            CHECK(a.mean_modes[i] == Approx(b.mean_modes[i]).epsilon(1e-11).margin(1e-13));
            CHECK(a.input[i] == Approx(b.input[i]).epsilon(1e-11).margin(1e-12));
        }
        for (std::size_t population = 0; population < 2; ++population) {
            CHECK(a.variance[population] == Approx(b.variance[population]).epsilon(1e-11));
        }
    }
}

TEST_CASE("PETSc's log knows our stage and events, and each has taken time") {
    const PetscSession session("-log_view :/dev/null");
    problems::Problem problem(problems::ring(8, 60));
    KineticSolver solver(session.world, problem.balance, problem.config);
    solver.advance(0.1);
    PetscLogStage stage = -1;
    REQUIRE(PetscLogStageGetId("Kinetic", &stage) == 0);
    REQUIRE(stage >= 0);
    for (const char* name : {"KineticAssembly", "KineticSolve", "KineticMoments"}) {
        PetscLogEvent event = -1;
        REQUIRE(PetscLogEventGetId(name, &event) == 0);
        REQUIRE(event >= 0);
        PetscEventPerfInfo info{};
        REQUIRE(PetscLogEventGetPerfInfo(stage, event, &info) == 0);
        CAPTURE(name);
        CHECK(info.count > 0);
    }
    const kinetic::StepSeconds seconds = solver.step_seconds();
    CHECK(seconds.assembly > 0.0);
    CHECK(seconds.solve > 0.0);
    CHECK(seconds.moments > 0.0);
}
