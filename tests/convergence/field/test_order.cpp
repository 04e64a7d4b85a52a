// Orders of the field's time stepping, as tables: error against step for the limit and for finite
// networks from slow to very stiff.
#include "equipoise/field/solver.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "unit/field/problems.hpp"
#include "unit/kinetic/petsc_session.hpp"
#include <cmath>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

using namespace equipoise;

namespace {

/// Means, variances and multipliers of both populations at t = 1.
struct End {
    std::vector<double> state, multipliers;
};

End solve(const PetscSession& session, const problems::Config& source,
          std::optional<double> time_step, double tolerance) {
    problems::Config config = source;
    config.field.time_step = time_step;
    config.field.tolerance = tolerance;
    problems::Problem problem(config);
    field::FieldSolver solver(session.world, problem.balance, problem.config);
    solver.advance(1.0);
    const field::Averages end = solver.averages();
    End result{end.mean_modes, end.input};
    result.state.insert(result.state.end(), end.variance.begin(), end.variance.end());
    return result;
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
    double largest = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        largest = std::max(largest, std::abs(a[i] - b[i]));
    }
    return largest;
}

/// Prints the table; the orders between the last two rows, of the state and of h.
std::array<double, 2> order(const PetscSession& session, const std::string& title,
                            const problems::Config& config, double finest) {
    const End exact = solve(session, config, finest / 8.0, 1.0);
    std::cout << title << "\n      dt   error of v, K   order   error of h   order\n";
    std::array<double, 2> last{};
    std::array<double, 2> orders{};
    for (const double factor : {8.0, 4.0, 2.0, 1.0}) {
        const double dt = factor * finest;
        const End end = solve(session, config, dt, 1.0);
        const std::array<double, 2> error{distance(end.state, exact.state),
                                          distance(end.multipliers, exact.multipliers)};
        for (std::size_t i = 0; i < 2; ++i) {
            orders[i] = std::log2(last[i] / error[i]);
        }
        std::cout << (last[0] == 0.0
                          ? fmt::format("{:8.4f}   {:.3e}               {:.3e}\n", dt, error[0],
                                        error[1])
                          : fmt::format("{:8.4f}   {:.3e}       {:5.2f}   {:.3e}    {:5.2f}\n", dt,
                                        error[0], orders[0], error[1], orders[1]));
        last = error;
    }
    return orders;
}

problems::Config moving() {
    problems::Config config = problems::figure3();
    config.populations[0].drive.text = "0.1 + 0.05*sin(3*t)";
    return config;
}

} // namespace

TEST_CASE("the limit: order 8, or 5 with the formula of Dormand and Prince") {
    {
        const PetscSession session;
        CHECK(order(session, "multiplicative noise, limit (TSRK 8vr)",
                    problems::multiplicative_noise(100), 0.0625)[0] > 7.0);
        CHECK(order(session, "figure 3 with an input in time, limit (TSRK 8vr)",
                    problems::figure3_with_input(), 0.125)[0] > 7.0);
    }
    const PetscSession session("-field_ts_rk_type 5dp");
    CHECK(order(session, "figure 3 with an input in time, limit (TSRK 5dp)",
                problems::figure3_with_input(), 0.025)[0] > 4.7);
}

TEST_CASE("linear drifts and constant noise: no error in time, whatever the step and the formula") {
    for (const char* options : {"", "-field_ts_rk_type 8vr", "-field_ts_rk_type 2a"}) {
        const PetscSession session(options);
        for (const problems::Config& config : {problems::figure3(), moving()}) {
            const End exact = solve(session, config, 0.01, 1e-9);
            for (const double dt : {0.05, 0.2, 1.0}) {
                CAPTURE(options, dt);
                const End end = solve(session, config, dt, 1e-9);
                CHECK(distance(end.state, exact.state) < 1e-12);
                CHECK(distance(end.multipliers, exact.multipliers) < 1e-9); // dA/dt: differences
            }
            const End free = solve(session, config, std::nullopt, 1e-9);
            CHECK(distance(free.state, exact.state) < 1e-12);
        }
    }
}

TEST_CASE("finite networks: order 3 or more, however stiff") {
    const PetscSession session;
    for (const std::int64_t n : {100, 10000, 1000000, 1000000000}) {
        const auto orders =
            order(session, fmt::format("figure 3 with an input in time, n = {} (TSARKIMEX 4)", n),
                  problems::with_size(problems::figure3_with_input(), n), 0.025);
        CAPTURE(n);
        CHECK(orders[0] > 2.8);
    }
}

TEST_CASE(
    "finite networks, linear drifts and constant noise: only h has errors, v their eps-fold") {
    const PetscSession session;
    for (const std::int64_t n : {100, 10000, 1000000, 1000000000}) {
        const problems::Config config = problems::with_size(moving(), n);
        const End exact = solve(session, config, 0.003125, 1.0);
        double last = 1.0;
        std::cout << fmt::format("figure 3 with a drive in time, n = {}\n", n)
                  << "      dt   error of v, K   error of h\n";
        for (const double dt : {0.2, 0.1, 0.05, 0.025}) {
            const End end = solve(session, config, dt, 1.0);
            const double error = distance(end.state, exact.state);
            const double error_of_h = distance(end.multipliers, exact.multipliers);
            std::cout << fmt::format("{:8.4f}   {:.3e}       {:.3e}\n", dt, error, error_of_h);
            CAPTURE(n, dt);
            CHECK(error < 3.0 / std::sqrt(static_cast<double>(n)) * error_of_h + 1e-12);
            CHECK((error < 0.5 * last || n >= 1000000)); // beyond, h is as good as it gets
            last = error;
        }
        CHECK(last < 2e-8);
    }
}

TEST_CASE("the tolerance is kept to, and errors follow it down") {
    const PetscSession session;
    for (const bool finite : {false, true}) {
        const problems::Config config =
            finite ? problems::with_size(problems::figure3_with_input(), 10000)
                   : problems::multiplicative_noise(100);
        const End exact = solve(session, config, std::nullopt, 1e-11);
        std::cout << (finite ? "n = 10000" : "limit") << "\n  tolerance   error of v, K\n";
        double last = 1.0;
        for (const double tolerance : {1e-4, 1e-6, 1e-8}) {
            const double error =
                distance(solve(session, config, std::nullopt, tolerance).state, exact.state);
            std::cout << fmt::format("   {:.0e}     {:.3e}\n", tolerance, error);
            CHECK(error < 3.0 * tolerance);
            CHECK(error < last);
            last = error;
        }
    }
}
