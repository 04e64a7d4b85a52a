// The kinetic solver: cell-updates per second and where a step's time goes, for growing numbers of
// sites and cells, at the start and later, beside a hand-written batched tridiagonal solve of the
// same size; the memory it takes for a cell; and the time to a given error of v and K. bench/run
// starts this and makes the tables, with SciPy's times beside (kinetic_scipy.py); by itself it is
// an ordinary Google Benchmark program (--help). Times are the thread's processor time.
//
// The names are step|step_later|tridiagonal / sites:S / cells:C, memory and solve / problem /
// tolerance:T / cells:C.
#include "equipoise/balance/balance.hpp"
#include "equipoise/config/config.hpp"
#include "equipoise/config/read.hpp"
#include "equipoise/kinetic/solver.hpp"
#include "equipoise/model/model.hpp"
#include "equipoise/parallel/communicator.hpp"
#include "equipoise/parallel/petsc.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "main.hpp"
#include "tridiagonal.hpp"
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#if defined(__GLIBC__)
#if __GLIBC_PREREQ(2, 33)
#include <malloc.h>
#define EQUIPOISE_KNOWS_ALLOCATED // by mallinfo2
#endif
#endif

namespace {

using namespace equipoise;

constexpr std::int64_t populations = 2;
constexpr double time_step = 0.02;
constexpr std::int64_t steps = 25;

/// A configuration with what refers to it; stays where it is made.
struct Problem {
    config::Config config;
    model::Model model;
    balance::Balance balance;

    Problem(const std::string& name, const std::vector<std::string>& overrides)
        : config(config::read(std::string(EQUIPOISE_BENCH_INPUT) + "/" + name + ".ini", overrides)),
          model(config), balance(model) {}
    Problem(const Problem&) = delete;
    Problem& operator=(const Problem&) = delete;
};

Problem ring(std::int64_t sites, std::int64_t cells) {
    return {"ring",
            {fmt::format("--kinetic.sites={}", sites), fmt::format("--kinetic.cells={}", cells),
             fmt::format("--kinetic.time_step={}", time_step)}};
}

/// The next steps after so many others, as a run without output takes them.
void time_steps(benchmark::State& state, std::int64_t steps_before) {
    const double end = time_step * static_cast<double>(2 * (steps_before + steps));
    const Problem problem = ring(state.range(0), state.range(1));
    kinetic::KineticSolver solver(parallel::Communicator::world(), problem.balance, problem.config);
    for (std::int64_t i = 0; i < steps_before; ++i) {
        solver.step(end);
    }
    const kinetic::Effort before = solver.effort();
    const kinetic::StepSeconds seconds_before = solver.step_seconds();
    double wall = 0.0;
    for (auto _ : state) {
        const auto start = std::chrono::steady_clock::now();
        solver.step(end);
        wall += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }
    const kinetic::Effort after = solver.effort();
    state.SetItemsProcessed(state.iterations() * state.range(0) * state.range(1) * populations);
    const kinetic::StepSeconds seconds = solver.step_seconds();
    state.counters["assembly"] = (seconds.assembly - seconds_before.assembly) / wall;
    state.counters["solve"] = (seconds.solve - seconds_before.solve) / wall;
    state.counters["moments"] = (seconds.moments - seconds_before.moments) / wall;
    state.counters["newton"] =
        static_cast<double>(after.newton_iterations - before.newton_iterations) /
        static_cast<double>(after.steps - before.steps);
}

/// Over the first half unit of time, where densities and means change most.
void step(benchmark::State& state) {
    time_steps(state, 0);
}

void step_later(benchmark::State& state) {
    time_steps(state, 200);
}

void tridiagonal(benchmark::State& state) {
    const std::int64_t sites = state.range(0);
    const std::int64_t cells = state.range(1);
    bench::TridiagonalBatch batch(static_cast<std::size_t>(sites * populations),
                                  static_cast<std::size_t>(cells));
    for (auto _ : state) {
        batch.factor_and_solve();
        benchmark::ClobberMemory();
    }
    if (!std::isfinite(batch.first())) {
        state.SkipWithError("the yardstick's solution is not finite");
    }
    state.SetItemsProcessed(state.iterations() * sites * cells * populations);
}

#if defined(EQUIPOISE_KNOWS_ALLOCATED)
/// Bytes that a solver holds after its first steps.
double solver_bytes(std::int64_t sites, std::int64_t cells) {
    const auto allocated = [] {
        const struct mallinfo2 now = mallinfo2();
        return static_cast<double>(now.uordblks) + static_cast<double>(now.hblkhd);
    };
    const Problem problem = ring(sites, cells);
    const double before = allocated();
    kinetic::KineticSolver solver(parallel::Communicator::world(), problem.balance, problem.config);
    for (int i = 0; i < 3; ++i) {
        solver.advance(solver.time() + time_step);
    }
    return allocated() - before;
}

/// Doubles for a cell, from two numbers of cells: what does not grow with them is left out.
void memory(benchmark::State& state) {
    constexpr std::int64_t sites = 64;
    constexpr std::int64_t cells = 800;
    solver_bytes(sites, cells); // what is allocated once in a process
    double bytes = 0.0;
    for (auto _ : state) {
        bytes = solver_bytes(sites, 2 * cells) - solver_bytes(sites, cells);
    }
    state.counters["doubles"] =
        bytes / static_cast<double>(sizeof(double) * sites * cells * populations);
}
#endif

/// What is compared at a time: v and K at a point; their averages and those of v cos on the ring.
struct Reference {
    double time;
    std::vector<double> mean_modes, variance; ///< as in kinetic::Averages; NaN: not compared
};

/// A whole run with what is needed before the first step; the counters `error` and `error_v` are
/// the largest differences from the reference at its times, of v and K and of v alone.
void solve(benchmark::State& state, const char* name, const std::vector<Reference>& references,
           std::vector<std::string> overrides, double tolerance) {
    overrides.push_back(fmt::format("--kinetic.cells={}", state.range(0)));
    overrides.push_back(fmt::format("--kinetic.tolerance={}", tolerance));
    double error_v = 0.0;
    double error_k = 0.0;
    for (auto _ : state) {
        const Problem problem(name, overrides);
        kinetic::KineticSolver solver(parallel::Communicator::world(), problem.balance,
                                      problem.config);
        const auto compare = [](const std::vector<double>& values,
                                const std::vector<double>& wanted, double& error) {
            for (std::size_t i = 0; i < wanted.size(); ++i) {
                if (!std::isnan(wanted[i])) {
                    error = std::max(error, std::abs(values[i] - wanted[i]));
                }
            }
        };
        for (const Reference& reference : references) {
            solver.advance(reference.time);
            const kinetic::Averages now = solver.averages();
            compare(now.mean_modes, reference.mean_modes, error_v);
            compare(now.variance, reference.variance, error_k);
        }
        state.counters["steps"] = static_cast<double>(solver.effort().steps);
    }
    state.counters["error"] = std::max(error_v, error_k);
    state.counters["error_v"] = error_v;
    state.counters["tolerance"] = tolerance;
}

} // namespace

std::shared_ptr<const void> bench::register_all() {
    constexpr double skip = std::numeric_limits<double>::quiet_NaN();
    for (const std::int64_t sites : {16, 32, 64, 128, 256}) {
        for (const std::int64_t cells : {50, 100, 200, 400, 800}) {
            if (sites != 64 && cells != 200) {
                continue;
            }
            benchmark::RegisterBenchmark("step", step)
                ->Args({sites, cells})
                ->ArgNames({"sites", "cells"})
                ->Iterations(steps)
                ->Unit(benchmark::kMicrosecond);
            benchmark::RegisterBenchmark("step_later", step_later)
                ->Args({sites, cells})
                ->ArgNames({"sites", "cells"})
                ->Iterations(steps)
                ->Unit(benchmark::kMicrosecond);
            benchmark::RegisterBenchmark("tridiagonal", tridiagonal)
                ->Args({sites, cells})
                ->ArgNames({"sites", "cells"})
                ->Unit(benchmark::kMicrosecond);
        }
    }
#if defined(EQUIPOISE_KNOWS_ALLOCATED)
    benchmark::RegisterBenchmark("memory", memory)->Iterations(1);
#endif
    // Independent values to about 1e-5, given with the problem (input/multiplicative_point.ini).
    const std::vector<Reference> point{{0.5, {0.07306, 0.22269}, {0.60592, 0.35152}},
                                       {3.0, {0.06898, 0.21420}, {0.44451, 0.27721}}};
    // By the neural field, which is exact here (linear drift, constant noise), to 1e-9:
    // equipoise run bench/input/ring.ini --run.solvers=field --field.tolerance=1e-11
    const std::vector<Reference> ring{
        {0.5,
         {0.116335378, 0.043436876, skip, 0.517546912, 0.273606071, skip},
         {0.570158020, 0.675752903}},
        {1.5,
         {0.103391331, 0.038323699, skip, 0.407873372, 0.215325350, skip},
         {0.353855206, 0.187648936}}};
    const auto add = [](const char* name, const std::vector<Reference>& references,
                        const std::vector<std::string>& overrides, std::int64_t cells) {
        for (const double tolerance : {1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6}) {
            benchmark::RegisterBenchmark(
                fmt::format("solve/{}/tolerance:{:g}", name, tolerance).c_str(), solve, name,
                references, overrides, tolerance)
                ->Arg(cells)
                ->ArgName("cells")
                ->Iterations(1)
                ->Unit(benchmark::kMillisecond);
        }
    };
    for (const std::int64_t cells : {50, 100, 200, 300, 400}) {
        add("multiplicative_point", point, {}, cells);
        add("ring", ring, {"--kinetic.sites=16"}, cells);
    }
    return std::make_shared<parallel::PetscEnvironment>(parallel::Communicator::world(), "");
}
