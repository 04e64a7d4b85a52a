// The same bits on every number of ranks, and from a saved state.
#include "equipoise/field/solver.hpp"

#include <catch2/catch.hpp>

#include "unit/field/problems.hpp"
#include "unit/kinetic/petsc_session.hpp"
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using namespace equipoise;
using field::Averages;
using field::FieldSolver;

namespace {

problems::Config torus() {
    problems::Config config = problems::field_ring(12);
    config.domain.kind = problems::DomainKind::torus;
    config.field.sites = {5, 4};
    config.populations[0].mean.text = "0.3*cos(2*pi*x1) + 0.2*sin(2*pi*(x1 + x2))";
    return config;
}

/// So many sites that they are added up in blocks, with a variance that varies.
problems::Config blocks() {
    problems::Config config = problems::field_ring(1031);
    config.populations[0].variance.text = "1 + 0.3*sin(2*pi*x)";
    config.populations[0].drive.text = "0.6 + 0.15*cos(2*pi*x)*cos(t)";
    return config;
}

} // namespace

TEST_CASE("the same bits on every number of ranks: point, ring, torus, limit and finite n") {
    const PetscSession session;
    problems::Config series = problems::field_ring(515);
    for (const problems::Config& config :
         {problems::figure3(), problems::multiplicative_noise(100), problems::figure3_with_input(),
          problems::field_ring(13), torus(), blocks(), series}) {
        for (const bool finite : {false, true}) {
            problems::Problem problem(finite ? problems::with_size(config, 10000) : config);
            FieldSolver together(session.world, problem.balance, problem.config);
            FieldSolver alone(parallel::Communicator(MPI_COMM_SELF), problem.balance,
                              problem.config);
            CHECK(together.epsilon() == alone.epsilon());
            CHECK(together.closure() == alone.closure());
            CHECK(together.initial_projection().largest_change ==
                  alone.initial_projection().largest_change);
            together.advance(0.2);
            alone.advance(0.2);
            CHECK(together.effort().steps == alone.effort().steps);
            const Averages a = together.averages();
            const Averages b = alone.averages();
            CHECK(a.mean_modes == b.mean_modes);
            CHECK(a.variance == b.variance);
            CHECK(a.input == b.input);
            CHECK(a.balance == b.balance);
            CHECK(a.spectrum.eigenvalues == b.spectrum.eigenvalues);
            CHECK(together.quadrature().largest_error == alone.quadrature().largest_error);
            CHECK(together.quadrature().methods == alone.quadrature().methods);
            const field::SiteFields mine = together.fields();
            const field::SiteFields all = alone.fields();
            const auto local = static_cast<std::size_t>(together.local_sites());
            const auto sites = static_cast<std::size_t>(alone.local_sites());
            const auto first = static_cast<std::size_t>(together.first_site());
            CHECK(session.world.sum(together.local_sites()) == alone.local_sites());
            bool same = true;
            for (std::size_t population = 0; population < 2; ++population) {
                for (std::size_t s = 0; s < local; ++s) {
                    const std::size_t here = population * local + s;
                    const std::size_t there = population * sites + first + s;
                    same = same && mine.mean[here] == all.mean[there] &&
                           mine.variance[here] == all.variance[there];
                }
            }
            CHECK(same);
        }
    }
}

TEST_CASE("a restored run takes the same steps, to the last bit") {
    const PetscSession session;
    problems::Config with_input = problems::field_ring(40);
    with_input.populations[1].input.text = "0.1*cos(3*t)";
    for (const problems::Config& config :
         {problems::with_size(problems::field_ring(40), 500), problems::field_ring(40), blocks(),
          with_input, problems::with_size(with_input, 500)}) {
        problems::Problem problem(config);
        FieldSolver whole(session.world, problem.balance, problem.config);
        whole.advance(0.3);
        const field::SavedState saved = whole.save();
        whole.advance(1.7);
        FieldSolver again(session.world, problem.balance, problem.config);
        again.restore(saved);
        CHECK(again.time() == 0.3);
        again.advance(1.7);
        CHECK(again.averages().mean_modes == whole.averages().mean_modes);
        CHECK(again.averages().input == whole.averages().input);
        CHECK(again.fields().mean == whole.fields().mean);
        CHECK(again.fields().variance == whole.fields().variance);
        CHECK(again.quadrature().largest_error == whole.quadrature().largest_error);
    }
}

TEST_CASE("PETSc's options reach the solver under its prefix") {
    const std::string file = "petsc_output.txt";
    double mean = 0.0;
    std::int64_t steps = 0;
    /// Solves figure 3 with an input in time to t = 1; what PETSc wrote into the file, on rank 0.
    const auto solve = [&](const std::string& options, bool finite) {
        const bool root = parallel::Communicator::world().is_root();
        if (root) {
            std::filesystem::remove(file);
        }
        {
            const PetscSession session(options);
            const problems::Config config = problems::figure3_with_input();
            problems::Problem problem(finite ? problems::with_size(config, 10000) : config);
            FieldSolver solver(session.world, problem.balance, problem.config);
            solver.advance(1.0);
            mean = solver.averages().mean_modes[1];
            steps = solver.effort().steps;
        }
        std::ifstream stream(root ? file : "");
        return std::string(std::istreambuf_iterator<char>(stream), {});
    };
    const bool root = parallel::Communicator::world().is_root();
    CHECK(solve("", false).empty());
    const double plain = mean;
    const std::int64_t plain_steps = steps;
    const std::string monitored = solve("-field_ts_monitor ascii:" + file, false);
    if (root) {
        CHECK_THAT(monitored, Catch::Contains("0 TS dt") && Catch::Contains("time 1."));
    }
    CHECK(mean == plain);
    const std::string viewed = solve("-field_ts_view ascii:" + file, false);
    if (root) {
        CHECK_THAT(viewed, Catch::Contains("type: rk") && Catch::Contains("8vr"));
    }
    (void)solve("-field_ts_rk_type 5dp", false);
    CHECK(steps > plain_steps);
    CHECK(mean == Approx(plain).margin(1e-8));
    const std::string additive = solve("-field_ts_view ascii:" + file, true);
    if (root) {
        CHECK_THAT(additive, Catch::Contains("arkimex"));
    }
    const double finite = mean;
    (void)solve("-field_ts_arkimex_type 5", true);
    CHECK(mean == Approx(finite).margin(1e-7));
    CHECK(mean != finite);
}
