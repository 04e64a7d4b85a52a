#include "main.hpp"

#include "equipoise/parallel/communicator.hpp"

#include <benchmark/benchmark.h>

int main(int argc, char** argv) {
    const equipoise::parallel::Environment environment(argc, argv);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
        return 2;
    }
    const std::shared_ptr<const void> needed = bench::register_all();
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
