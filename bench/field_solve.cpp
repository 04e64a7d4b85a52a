// The field solver: the time to a given error of v and K on a ring of 10^4 sites. bench/run starts
// this and makes the table, with SciPy's times beside (field_scipy.py, which also gives the
// reference values); by itself it is an ordinary Google Benchmark program (--help). Times are the
// thread's processor time, from the configuration to the last output.
//
// The names are solve / problem / tolerance:T / sites:S.
#include "equipoise/balance/balance.hpp"
#include "equipoise/config/config.hpp"
#include "equipoise/config/read.hpp"
#include "equipoise/field/solver.hpp"
#include "equipoise/model/model.hpp"
#include "equipoise/parallel/communicator.hpp"
#include "equipoise/parallel/petsc.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "main.hpp"
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace equipoise;

/// Averages over the sites: of v, v cos, v sin of e and of i, then of K. Printed by
/// `field_scipy.py --reference`, good to about 1e-11.
struct Reference {
    double time;
    std::vector<double> mean_modes, variance;
};

double largest_difference(const std::vector<double>& values, const std::vector<double>& wanted) {
    double largest = 0.0;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        largest = std::fmax(largest, std::abs(values[i] - wanted[i]));
    }
    return largest;
}

void solve(benchmark::State& state, const std::vector<Reference>& references,
           std::vector<std::string> overrides, double tolerance) {
    overrides.push_back(fmt::format("--field.sites={}", state.range(0)));
    overrides.push_back(fmt::format("--field.tolerance={}", tolerance));
    double error = 0.0;
    for (auto _ : state) {
        const config::Config config =
            config::read(std::string(EQUIPOISE_BENCH_INPUT) + "/ring.ini", overrides);
        const model::Model model(config);
        const balance::Balance balance(model);
        field::FieldSolver solver(parallel::Communicator::world(), balance, config);
        for (const Reference& reference : references) {
            solver.advance(reference.time);
            const field::Averages now = solver.averages();
            error = std::max({error, largest_difference(now.mean_modes, reference.mean_modes),
                              largest_difference(now.variance, reference.variance)});
        }
        state.counters["steps"] = static_cast<double>(solver.effort().steps);
    }
    state.counters["error"] = error;
    state.counters["tolerance"] = tolerance;
}

} // namespace

std::shared_ptr<const void> bench::register_all() {
    const std::vector<double> k_first{0.5701580199966, 0.6757529029722};
    const std::vector<double> k_last{0.3538552064901, 0.1876489363088};
    const std::vector<Reference> one{
        {0.5,
         {0.1163353776909, 0.04343687564827, 0.0, 0.5175469121476, 0.2736060705569, 0.0},
         k_first},
        {1.5,
         {0.1033913313959, 0.03832369921489, 0.0, 0.4078733723882, 0.2153253499297, 0.0},
         k_last}};
    const std::vector<Reference> varying{{0.5,
                                          {0.1163611133281, 0.04340174212991, -0.0008455387485448,
                                           0.5175469121476, 0.2736060705569, 0.0},
                                          k_first},
                                         {1.5,
                                          {0.1033903616341, 0.03832272757734, 0.000184903972218,
                                           0.4078733723882, 0.2153253499297, 0.0},
                                          k_last}};
    const std::vector<Reference> cubic{{0.5,
                                        {0.1072172441789, 0.03959489675712, -0.0002404757875493,
                                         0.4656404114118, 0.241761982643, 0.0},
                                        {0.4150781193818, 0.4604975549037}},
                                       {1.5,
                                        {0.09902292301726, 0.03652431879976, 5.289430704403e-05,
                                         0.3957563929665, 0.2074688414565, 0.0},
                                        {0.2815337724078, 0.1510052452913}}};
    const std::string wave = "--population.e.variance=1 + 0.3*sin(2*pi*x)";
    const auto add = [](const char* name, const std::vector<Reference>& references,
                        const std::vector<std::string>& overrides, std::int64_t sites) {
        for (const double tolerance : {1e-6, 3e-7, 1e-7, 3e-8, 1e-8, 3e-9, 1e-9}) {
            benchmark::RegisterBenchmark(
                fmt::format("solve/{}/tolerance:{:g}", name, tolerance).c_str(), solve, references,
                overrides, tolerance)
                ->Arg(sites)
                ->ArgName("sites")
                ->Iterations(1)
                ->Unit(benchmark::kMillisecond);
        }
    };
    for (const std::int64_t sites : {100, 1000, 10000, 100000}) {
        add("one_variance", one, {}, sites);
        add("varying_variance", varying, {wave}, sites);
        add("cubic_drift", cubic,
            {wave, "--population.e.drift=cubic(a0=0, a1=-1, a3=0.2)",
             "--population.i.drift=cubic(a0=0, a1=-1.25, a3=0.1)"},
            sites);
    }
    return std::make_shared<parallel::PetscEnvironment>(parallel::Communicator::world(), "");
}
