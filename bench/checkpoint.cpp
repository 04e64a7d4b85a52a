// What a checkpoint costs: written durably, read again and verified, renamed, by one rank, in the
// folder that this is started in (its disk is what is measured). Beside it the least that could be
// done with as many bytes: written and fsynced; copied in memory.
#include "equipoise/io/checkpoint.hpp"

#include "equipoise/config/config.hpp"
#include "equipoise/io/raw_file.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <benchmark/benchmark.h>
#include <unistd.h>

#include "main.hpp"
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using namespace equipoise;

constexpr std::int64_t iterations = 3;

/// A folder of its own, removed with all in it at the end.
class Folder {
  public:
    Folder() : path_(fs::absolute("checkpoint-" + std::to_string(getpid()))) {
        fs::create_directories(path_);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    [[nodiscard]] std::string path() const { return path_.string(); }

  private:
    fs::path path_;
};

/// Values with all their bits in use, as states of neurons have.
std::vector<double> values(std::int64_t neurons) {
    std::vector<double> result(static_cast<std::size_t>(neurons));
    double value = 0.1;
    for (double& one : result) {
        value = 3.9 * value * (1.0 - value);
        one = value;
    }
    return result;
}

void count(benchmark::State& state) {
    state.SetBytesProcessed(state.iterations() * state.range(0) *
                            static_cast<std::int64_t>(sizeof(double)));
}

void checkpoint(benchmark::State& state) {
    const Folder folder;
    const std::vector<double> states = values(state.range(0));
    io::CheckpointContent content;
    content.parts = {{"/network/e/state", {states.size()}, 0, states.size(), states}};
    content.integers = {{"network/step", {1}}};
    std::int64_t sequence = 0;
    for (auto _ : state) {
        io::write_checkpoint(parallel::Communicator::world(), folder.path(), ++sequence, content,
                             2);
    }
    count(state);
    state.counters["interval"] = 60.0 * config::Checkpoint{}.interval_minutes;
}

void write_and_sync(benchmark::State& state) {
    const Folder folder;
    const std::vector<double> states = values(state.range(0));
    std::int64_t sequence = 0;
    for (auto _ : state) {
        // The last two stay, as checkpoints do.
        const std::string name = folder.path() + "/" + std::to_string(++sequence % 3);
        const io::RawFile file(name, io::RawFile::Mode::create);
        file.write(0, std::as_bytes(std::span(states)));
        file.make_durable();
    }
    count(state);
}

void memory_copy(benchmark::State& state) {
    const std::vector<double> from = values(state.range(0));
    std::vector<double> to(from.size(), 0.0);
    for (auto _ : state) {
        std::memcpy(to.data(), from.data(), from.size() * sizeof(double));
        benchmark::ClobberMemory();
    }
    count(state);
}

} // namespace

std::shared_ptr<const void> bench::register_all() {
    const auto sizes = [](benchmark::internal::Benchmark* benchmark) {
        // What waits for a disk is timed by the clock on the wall.
        benchmark->ArgName("neurons")->Unit(benchmark::kMillisecond)->UseRealTime();
        for (const std::int64_t n : {1000000, 10000000}) {
            benchmark->Arg(n);
        }
        benchmark->Iterations(iterations);
    };
    sizes(benchmark::RegisterBenchmark("checkpoint", checkpoint));
    sizes(benchmark::RegisterBenchmark("write_and_sync", write_and_sync));
    sizes(benchmark::RegisterBenchmark("memory_copy", memory_copy));
    return nullptr;
}
