// The network's step on one core and on several at once: started by mpiexec on R ranks, it measures
// by the clock on the wall, again and again in another order, what a step of figure 3's network
// takes
//   alone        on rank 0, while the other ranks sleep
//   together     spread over all ranks
//   apart        as R networks of an R-th of the neurons, each on a rank of its own: what the
//                machine gives R processes at once that wait for nobody
//   .._delayed   the first two with sums over the ranks that arrive --delay microseconds later
//   copy_..      reading and writing the same bytes by memcpy, alone and apart
// and prints JSON: seconds a step (of the slowest rank) for each repetition, by the number of
// neurons in all, of both populations. bench/cores starts this and makes the tables.
#include "equipoise/parallel/communicator.hpp"
#include "equipoise/util/stopwatch.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "delayed_sum.hpp"
#include "network_problem.hpp"
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <sched.h>
#endif

namespace {

using equipoise::Stopwatch;
using equipoise::parallel::Communicator;

struct Options {
    std::vector<std::int64_t> neurons{100000, 200000, 1000000, 2000000};
    int repetitions = 21;
    double neuron_steps = 1e7;          ///< in a measurement, on one core; at least two steps
    double delay = 50e-6;               ///< seconds
    std::int64_t delay_up_to = 2000000; ///< neurons
};

Options parse(int argc, char** argv) {
    Options options;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string name = argv[i];
        const std::string value = argv[i + 1];
        if (name == "--neurons") {
            options.neurons.clear();
            std::istringstream list(value);
            for (std::string one; std::getline(list, one, ',');) {
                options.neurons.push_back(std::atoll(one.c_str()));
            }
        } else if (name == "--repetitions") {
            options.repetitions = std::atoi(value.c_str());
        } else if (name == "--delay") {
            options.delay = 1e-6 * std::atof(value.c_str());
        } else if (name == "--neuron-steps") {
            options.neuron_steps = std::atof(value.c_str());
        } else {
            fmt::print(stderr, "network_cores: unknown option {}\n", name);
            std::exit(2);
        }
    }
    return options;
}

/// Until all ranks are here, without work for a core.
void meet_asleep(const Communicator& comm) {
    std::array<std::int64_t, 1> word{};
    equipoise::parallel::PendingSum all(comm, word);
    while (!all.test()) {
        std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
}

/// Seconds from when all ranks begin `work` until the last has ended it.
double time_all(const Communicator& comm, const std::function<void()>& work) {
    meet_asleep(comm);
    comm.barrier(); // all awake
    const Stopwatch watch;
    work();
    return comm.max(watch.seconds());
}

/// Seconds of `work` on rank 0, while the others sleep.
double time_alone(const Communicator& comm, const std::function<void()>& work) {
    double seconds = 0.0;
    meet_asleep(comm);
    if (comm.is_root()) {
        const Stopwatch watch;
        work();
        seconds = watch.seconds();
    }
    meet_asleep(comm);
    return comm.max(seconds);
}

std::unique_ptr<bench::NetworkProblem> network(std::int64_t neurons, const Communicator& comm) {
    const std::string half = std::to_string(neurons / 2);
    return std::make_unique<bench::NetworkProblem>(
        std::string(EQUIPOISE_INPUT) + "/figure3.ini",
        std::vector<std::string>{"--population.e.neurons=" + half,
                                 "--population.i.neurons=" + half},
        comm);
}

/// Reads and writes every byte of the states once, in as much memory as they take.
class Copy {
  public:
    explicit Copy(std::int64_t neurons) : states_(static_cast<std::size_t>(neurons), 1.0) {}
    void step() {
        const std::size_t half = states_.size() / 2;
        std::memcpy(states_.data(), states_.data() + half, half * sizeof(double));
        keep();
        std::memcpy(states_.data() + half, states_.data(), half * sizeof(double));
        keep();
    }

  private:
    /// The compiler must not think the copy unused.
    void keep() { asm volatile("" : : "r"(states_.data()) : "memory"); }

    std::vector<double> states_;
};

/// One number of neurons, by all ways to step them.
class Size {
  public:
    Size(const Communicator& comm, std::int64_t neurons, const Options& options)
        : comm_(comm), neurons_(neurons), together_(network(neurons, comm)),
          apart_(network(neurons / comm.size(), Communicator(MPI_COMM_SELF))),
          copy_apart_(neurons / comm.size()),
          steps_(
              std::max(2, static_cast<int>(options.neuron_steps / static_cast<double>(neurons)))) {
        if (comm.is_root()) {
            alone_ = network(neurons, Communicator(MPI_COMM_SELF));
            copy_alone_ = std::make_unique<Copy>(neurons);
        }
        const auto by_all = [this, ranks = comm.size()](auto& one, double times) {
            return [this, &one, steps = at_least_two(ranks * times)] {
                return time_all(comm_, [&] { repeat(one, steps); }) / steps;
            };
        };
        const auto by_one = [this](auto& one, double times) {
            return [this, &one, steps = at_least_two(times)] {
                return time_alone(comm_, [&] { repeat(*one, steps); }) / steps;
            };
        };
        add("alone", by_one(alone_, steps_));
        add("together", by_all(*together_, steps_));
        add("apart", by_all(*apart_, steps_));
        add("copy_alone", by_one(copy_alone_, copies_ * steps_));
        add("copy_apart", by_all(copy_apart_, copies_ * steps_));
        if (neurons <= options.delay_up_to) {
            const auto delayed = [&](auto measure) {
                return [measure, delay = options.delay] {
                    bench::set_sum_delay(delay);
                    const double seconds = measure();
                    bench::set_sum_delay(0.0);
                    return seconds;
                };
            };
            add("alone_delayed", delayed(by_one(alone_, steps_)));
            add("together_delayed", delayed(by_all(*together_, steps_)));
        }
    }
    Size(const Size&) = delete;
    Size& operator=(const Size&) = delete;

    void measure(std::mt19937& order) {
        std::shuffle(ways_.begin(), ways_.end(), order); // the same on all ranks
        for (Way& way : ways_) {
            way.seconds.push_back(way.measure());
        }
    }
    [[nodiscard]] std::string json() const {
        std::vector<std::string> lines;
        for (const Way& way : ways_) {
            lines.push_back(
                fmt::format("    \"{}\": [{:.6e}]", way.name, fmt::join(way.seconds, ", ")));
        }
        return fmt::format("  \"{}\": {{\n{}\n  }}", neurons_, fmt::join(lines, ",\n"));
    }

  private:
    struct Way {
        std::string name;
        std::function<double()> measure; ///< seconds a step
        std::vector<double> seconds;
    };
    static constexpr double copies_ = 4.0; ///< for each step: a copy takes a fraction of its time

    static int at_least_two(double times) { return std::max(2, static_cast<int>(times)); }
    template <class One>
    static void repeat(One& one, int steps) {
        for (int step = 0; step < steps; ++step) {
            one.step();
        }
    }
    void add(const char* name, std::function<double()> measure) {
        ways_.push_back({name, std::move(measure), {}});
    }

    Communicator comm_;
    std::int64_t neurons_;
    std::unique_ptr<bench::NetworkProblem> alone_, together_, apart_;
    std::unique_ptr<Copy> copy_alone_; ///< on rank 0, as alone_
    Copy copy_apart_;
    double steps_; ///< in a measurement on one core
    std::vector<Way> ways_;
};

/// To the core of its rank among those that this process may use: the system would move ranks from
/// core to core, and let two share one for a while. Elsewhere than on Linux it stays as it is.
void bind_to_core([[maybe_unused]] int rank) {
#if defined(__linux__)
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) {
        return;
    }
    int place = rank % CPU_COUNT(&allowed);
    for (int core = 0; core < CPU_SETSIZE; ++core) {
        if (CPU_ISSET(core, &allowed) && place-- == 0) {
            cpu_set_t own;
            CPU_ZERO(&own);
            CPU_SET(core, &own);
            static_cast<void>(sched_setaffinity(0, sizeof own, &own));
            return;
        }
    }
#endif
}

void run(const Options& options) {
    const Communicator comm = Communicator::world();
    bind_to_core(comm.rank());
    std::vector<std::unique_ptr<Size>> sizes;
    for (const std::int64_t neurons : options.neurons) {
        sizes.push_back(std::make_unique<Size>(comm, neurons, options));
    }
    std::mt19937 order(1);
    for (int repetition = 0; repetition < options.repetitions; ++repetition) {
        for (const std::unique_ptr<Size>& size : sizes) {
            size->measure(order);
        }
    }
    if (comm.is_root()) {
        std::vector<std::string> parts;
        for (const std::unique_ptr<Size>& size : sizes) {
            parts.push_back(size->json());
        }
        fmt::print("{{\"ranks\": {}, \"delay\": {}, \"sizes\": {{\n{}\n}}}}\n", comm.size(),
                   options.delay, fmt::join(parts, ",\n"));
    }
}

} // namespace

int main(int argc, char** argv) {
    const equipoise::parallel::Environment environment(argc, argv);
    try {
        run(parse(argc, argv));
    } catch (const std::exception& error) {
        fmt::print(stderr, "network_cores: {}\n", error.what());
        equipoise::parallel::Environment::abort(1);
    }
    return 0;
}
