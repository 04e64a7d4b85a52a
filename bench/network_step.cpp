// Neuron-steps per second and core of the network solver, beside a memory copy of the same bytes, a
// plain C++ loop and a bare kernel, in one process. bench/run starts this and makes the table; by
// itself it is an ordinary Google Benchmark program (--help). items_per_second counts neuron-steps
// and, for the copy, states copied; times are the thread's processor time.
//
// The names are solver|yardstick / what / neurons in each of the two populations, and draw / what
// for normals by themselves, counted one by one.
#include "equipoise/random/stream.hpp"

#include <benchmark/benchmark.h>

#include "bare_kernel.hpp"
#include "figure3.hpp"
#include "main.hpp"
#include "network_problem.hpp"
#include "plain_loop.hpp"
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace {

const std::string figure3_file = std::string(EQUIPOISE_INPUT) + "/figure3.ini";
const std::string ring_file = std::string(EQUIPOISE_BENCH_INPUT) + "/ring.ini";
const std::string torus_file = std::string(EQUIPOISE_BENCH_INPUT) + "/torus.ini";
const std::string point_file = std::string(EQUIPOISE_BENCH_INPUT) + "/multiplicative_point.ini";

/// Overrides that give figure 3's drift, noise and gains in another form.
std::vector<std::string> functions(const std::string& drift, const std::string& noise,
                                   const std::string& gain) {
    return {"--population.e.drift=" + drift, "--population.i.drift=" + drift,
            "--population.e.noise=" + noise, "--population.i.noise=" + noise,
            "--coupling.e.i.gain=" + gain,   "--coupling.i.e.gain=" + gain,
            "--coupling.i.i.gain=" + gain};
}

/// By the files drift.csv, ... of bench/input, or drift_uneven.csv, ...
std::vector<std::string> tables(const std::string& suffix) {
    const auto table = [&](const std::string& name) {
        return "table(\"" + std::string(EQUIPOISE_BENCH_INPUT) + "/" + name + suffix + ".csv\")";
    };
    return functions(table("drift"), table("noise"), table("gain"));
}

void count(benchmark::State& state, std::int64_t neurons) {
    state.SetItemsProcessed(state.iterations() * neurons);
}

/// Steps of the network solver of a configuration with populations e and i of n neurons each.
void solver(benchmark::State& state, const std::string& file, std::vector<std::string> overrides) {
    const std::string n = std::to_string(state.range(0));
    overrides.push_back("--population.e.neurons=" + n);
    overrides.push_back("--population.i.neurons=" + n);
    bench::NetworkProblem problem(file, overrides);
    problem
        .step(); // the first pass reads the clock in every block, and large runs measure one step
    for (auto _ : state) {
        problem.step(); // throws where the network has left its range
    }
    count(state, problem.neurons());
    state.counters["gmres"] = problem.gmres_iterations();
}

/// Normals as the network draws them, so many blocks again and again.
void draw(benchmark::State& state, decltype(&equipoise::random::normals) normals) {
    std::array<double, equipoise::random::block_size> xi;
    std::uint64_t step = 0;
    for (auto _ : state) {
        for (std::uint64_t block = 0; block < 16; ++block) {
            normals({1, equipoise::random::Purpose::dynamics, 0}, block, step, xi);
            benchmark::DoNotOptimize(xi.data());
            benchmark::ClobberMemory();
        }
        ++step;
    }
    count(state, 16 * static_cast<std::int64_t>(xi.size()));
}

/// Reads and writes the bytes that one step must: each state once.
void memory_copy(benchmark::State& state) {
    const auto n = static_cast<std::size_t>(2 * state.range(0));
    const std::vector<double> from(n, 1.0);
    std::vector<double> to(n, 0.0);
    for (auto _ : state) {
        std::memcpy(to.data(), from.data(), n * sizeof(double));
        benchmark::ClobberMemory();
    }
    count(state, 2 * state.range(0));
    state.SetBytesProcessed(state.iterations() * 2 * state.range(0) *
                            static_cast<std::int64_t>(2 * sizeof(double)));
}

template <class Move>
void figure3(benchmark::State& state, const Move& move) {
    bench::Figure3 network(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) {
        network.step(move);
    }
    if (!network.near_balance()) {
        state.SkipWithError("the yardstick is not near balance: it computes something else");
    }
    count(state, 2 * state.range(0));
}

void plain_loop(benchmark::State& state) {
    bench::PlainLoop loop;
    figure3(state, [&](std::vector<double>& z, double input, double dt, std::uint32_t) {
        return loop.move(z, input, dt);
    });
}

void bare_kernel(benchmark::State& state) {
    std::uint32_t calls = 0; // two a step
    figure3(state, [&](std::vector<double>& z, double input, double dt, std::uint32_t population) {
        return bench::bare_move(z.data(), z.size(), input, dt, population, calls++ / 2);
    });
}

/// Kernels of `waves` cosines in place of the ring's, of which the first is the file's.
std::vector<std::string> ring_kernels(int waves) {
    struct Kernel {
        const char* coupling;
        double constant, first;
    };
    std::vector<std::string> overrides;
    for (const auto& [coupling, constant, first] :
         {Kernel{"e.e", 0.5, 0.4}, {"e.i", 2.0, 1.0}, {"i.e", 1.5, 1.0}, {"i.i", 1.0, 0.8}}) {
        std::string text =
            "--coupling." + std::string(coupling) + ".kernel=cosine(" + std::to_string(constant);
        double coefficient = first;
        for (int m = 1; m <= waves; ++m, coefficient *= 0.9) {
            text += ", " + std::to_string(coefficient);
        }
        overrides.push_back(text + ")");
    }
    return overrides;
}

} // namespace

std::shared_ptr<const void> bench::register_all() {
    const auto sizes = [](benchmark::internal::Benchmark* benchmark) {
        for (const std::int64_t n : {10000, 1000000}) {
            benchmark->Arg(n);
        }
        return benchmark->Unit(benchmark::kMicrosecond);
    };
    const auto add_solver = [&](const char* name, const std::string& file,
                                const std::vector<std::string>& overrides) {
        return sizes(benchmark::RegisterBenchmark(name, solver, file, overrides));
    };
    add_solver("solver/point", figure3_file, {})->Arg(100000000); // 1.6 GB: far beyond any cache
    add_solver("solver/point_single_normals", figure3_file, {"--network.normals=single"});
    add_solver("solver/point_explicit", figure3_file,
               {"--network.scheme=explicit", "--network.time_step=0.0001"});
    add_solver("solver/point_cubic_multiplicative", point_file, {});
    add_solver("solver/point_expression", figure3_file,
               functions("expression(\"-z\")", "expression(\"1\")", "expression(\"tanh(z)\")"));
    add_solver("solver/point_table", figure3_file, tables(""));
    add_solver("solver/point_table_uneven", figure3_file, tables("_uneven"));
    add_solver("solver/ring_3_modes", ring_file, {});
    add_solver("solver/ring_3_modes_250_sites", ring_file, {"--network.sites=250"});
    benchmark::RegisterBenchmark("draw/double", draw, equipoise::random::normals);
    benchmark::RegisterBenchmark("draw/single", draw, equipoise::random::single_normals);
    for (const int waves : {1, 2, 4, 8, 16, 32}) {
        const std::string name = "solver/ring_waves:" + std::to_string(waves);
        std::vector<std::string> overrides = ring_kernels(waves);
        add_solver(name.c_str(), ring_file, overrides);
        overrides.emplace_back("--network.sites=250");
        add_solver((name + "_250_sites").c_str(), ring_file, overrides);
    }
    // 100 neurons a site, and as many at a point.
    for (const auto& [name, file] :
         {std::pair{"solver/torus_33x33_modes_256x256_sites", torus_file},
          {"solver/point", figure3_file}}) {
        benchmark::RegisterBenchmark(name, solver, file, std::vector<std::string>{})
            ->Arg(6553600)
            ->Unit(benchmark::kMicrosecond);
    }
    sizes(benchmark::RegisterBenchmark("yardstick/memory_copy", memory_copy));
    sizes(benchmark::RegisterBenchmark("yardstick/plain_loop", plain_loop));
    if (bench::bare_kernel_runs()) {
        sizes(benchmark::RegisterBenchmark("yardstick/bare_kernel", bare_kernel));
    }
    return nullptr;
}
