#include "equipoise/config/checks.hpp"

#include "equipoise/config/numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>

namespace equipoise::config {

namespace {

/// Steps are counted in doubles and 64-bit integers: both are exact up to here.
constexpr double most_steps = 1e15;
constexpr double most_records = 1e8;
/// Longest side over shortest of the grid of positions on a torus without given sites.
constexpr std::int64_t most_elongated = 4;
/// Neurons of a population of the network: the exact sums hold 2^22 blocks of 1024 without overflow
/// (parallel/exact_sum.hpp); the network's solver holds this limit against that one.
constexpr std::int64_t most_neurons = std::int64_t{1} << 32;

/// The nearly square grid that n neurons would get is not too elongated.
bool fills_a_grid(std::int64_t n) {
    auto smaller = static_cast<std::int64_t>(std::sqrt(static_cast<double>(n)));
    for (; smaller > 0 && n <= most_elongated * smaller * smaller; --smaller) {
        if (n % smaller == 0) {
            return true;
        }
    }
    return false;
}

class Checker {
  public:
    Checker(const Config& config, Findings& findings) : config_(config), findings_(findings) {}

    void intervals() {
        const Run& run = config_.run;
        if (trusted({"run.t_end", "run.output_interval"})) {
            if (run.output_interval > run.t_end) {
                reject("run.output_interval",
                       fmt::format("is longer than the run, t_end = {}", run.t_end),
                       "an interval of at most run.t_end is allowed");
                findings_.distrust("run.output_interval");
            } else if (run.t_end / run.output_interval > most_records) {
                reject("run.output_interval",
                       fmt::format("would write {:.3g} records until t_end = {}",
                                   run.t_end / run.output_interval, run.t_end),
                       fmt::format("at most {} are allowed: make it longer", most_records));
            }
        }
        if (!run.solvers.network || !trusted({"run.solvers", "network.time_step"})) {
            return;
        }
        const Network& network = config_.network;
        multiple_of_step("run.output_interval", run.output_interval);
        multiple_of_step("run.t_end", run.t_end);
        multiple_of_step("network.snapshot_interval", network.snapshot_interval);
        multiple_of_step("network.density_interval", network.density_interval);
        multiple_of_step("network.trace_interval", network.trace_interval);
    }

    void realisations() {
        if (trusted({"run.solvers", "run.realisations"}) && !config_.run.solvers.network &&
            config_.run.realisations > 1) {
            reject("run.realisations", "are of the network, which is not in run.solvers",
                   "add network to run.solvers, or leave realisations out");
        }
    }

    void network_size() {
        if (!config_.run.solvers.network || !trusted({"run.solvers"})) {
            return;
        }
        for (const Population& population : config_.populations) {
            const std::string key = "population." + population.name + ".neurons";
            if (trusted({key}) && population.neurons > most_neurons) {
                reject(key, "is more than the network's exact sums can hold",
                       fmt::format("at most {} are allowed, or take network out of run.solvers",
                                   most_neurons));
                findings_.distrust(key);
            }
        }
    }

    void neurons_and_sites() {
        if (config_.domain.kind == DomainKind::point || !config_.run.solvers.network ||
            !trusted({"run.solvers", "network.sites", "network.positions"})) {
            return;
        }
        const Network& network = config_.network;
        const std::int64_t sites = network.sites[0] * network.sites[1];
        if (network.positions == Positions::random) {
            if (sites > 0) {
                reject("network.sites", "has no meaning where network.positions = random",
                       "leave it out, or set network.positions = lattice");
            }
            return;
        }
        for (const Population& population : config_.populations) {
            const std::string key = "population." + population.name + ".neurons";
            if (!trusted({key})) {
                continue;
            }
            if (sites > 0) {
                multiple_of_sites(key, population.neurons, sites);
            } else if (config_.domain.kind == DomainKind::torus) {
                grid_of_neurons(key, population.neurons);
            }
        }
    }

    void covariances() {
        for (std::size_t i = 0; i < config_.covariances.size(); ++i) {
            const Covariance& covariance = config_.covariances[i];
            const auto same_pair = [&covariance](const Covariance& other) {
                return other.first == covariance.second && other.second == covariance.first;
            };
            const auto earlier = config_.covariances.begin() + static_cast<std::ptrdiff_t>(i);
            if (const auto twin = std::find_if(config_.covariances.begin(), earlier, same_pair);
                twin != earlier) {
                reject(covariance.value.key, "is the covariance that " + twin->value.key + " gives",
                       "leave one of them out: the order of the populations does not matter");
            }
            pairs_of_neurons(covariance);
        }
    }

    void bins() {
        const std::int64_t bins = config_.network.bins;
        if (config_.domain.kind != DomainKind::torus || !trusted({"network.bins"})) {
            return;
        }
        const auto root = static_cast<std::int64_t>(std::sqrt(static_cast<double>(bins)));
        if (root * root != bins) {
            reject("network.bins", "is not a square number, as the torus needs",
                   fmt::format("the nearest are {} and {}", root * root, (root + 1) * (root + 1)));
        }
    }

    void local_step() {
        if (config_.network.local_step != LocalStep::exact || !trusted({"network.local_step"})) {
            return;
        }
        for (const Population& population : config_.populations) {
            const std::string name = "population." + population.name;
            if (!trusted({name + ".drift", name + ".noise"})) {
                continue;
            }
            if (population.drift.family != "linear" || population.noise.family != "constant") {
                reject("network.local_step",
                       fmt::format("population {} has drift {} and noise {}, for which no exact "
                                   "step is known",
                                   population.name, population.drift.family,
                                   population.noise.family),
                       "write auto or euler, or use linear drift and constant noise");
                return;
            }
        }
    }

  private:
    [[nodiscard]] bool trusted(std::initializer_list<std::string> keys) const {
        return std::all_of(keys.begin(), keys.end(),
                           [this](const std::string& key) { return findings_.trusted(key); });
    }

    void reject(const std::string& key, std::string message, std::string remedy) {
        findings_.add(config_.problem(key, std::move(message), std::move(remedy)));
    }

    void multiple_of_step(const std::string& key, double interval) {
        const double step = config_.network.time_step;
        if (!trusted({key}) || interval == 0.0) {
            return;
        }
        const double ratio = interval / step;
        if (!(ratio < most_steps)) {
            reject(key, fmt::format("is {:.3g} steps of network.time_step = {}", ratio, step),
                   fmt::format("at most {} are allowed", most_steps));
            return;
        }
        if (std::round(ratio) >= 1.0 &&
            std::abs(ratio - std::round(ratio)) <= 1e-9 * std::round(ratio)) {
            return;
        }
        const std::string above = fmt::format("{:.12g}", std::ceil(ratio) * step);
        if (ratio < 1.0) {
            reject(key, fmt::format("is shorter than network.time_step = {}", step),
                   fmt::format("the shortest allowed is {}", above));
        } else {
            reject(key, fmt::format("is not a multiple of network.time_step = {}", step),
                   fmt::format("the nearest allowed are {:.12g} and {}", std::floor(ratio) * step,
                               above));
        }
    }

    /// Neurons are paired by their number: there must be as many on both sides, at one position.
    void pairs_of_neurons(const Covariance& covariance) {
        const Population& first = config_.populations[covariance.first];
        const Population& second = config_.populations[covariance.second];
        if (trusted({"population." + first.name + ".neurons",
                     "population." + second.name + ".neurons"}) &&
            first.neurons != second.neurons) {
            reject(covariance.value.key,
                   fmt::format("populations {} and {} have {} and {} neurons, which make no pairs",
                               first.name, second.name, first.neurons, second.neurons),
                   "give both the same number of neurons");
        }
        if (config_.domain.kind != DomainKind::point && trusted({"network.positions"}) &&
            config_.network.positions == Positions::random) {
            reject(covariance.value.key,
                   "neurons at random positions make no pairs at one position",
                   "set network.positions = lattice");
        }
    }

    void multiple_of_sites(const std::string& key, std::int64_t neurons, std::int64_t sites) {
        if (neurons % sites == 0) {
            return;
        }
        const std::int64_t below = neurons / sites * sites;
        reject(key, fmt::format("cannot be shared equally by {} sites (network.sites)", sites),
               below > 0 ? fmt::format("the nearest multiples are {} and {}", below, below + sites)
                         : fmt::format("the smallest multiple is {}", sites));
    }

    void grid_of_neurons(const std::string& key, std::int64_t neurons) {
        if (fills_a_grid(neurons)) {
            return;
        }
        // Two consecutive squares are less than 2 sqrt(n) + 1 apart, and a square always fits.
        std::int64_t distance = 1;
        while (!fills_a_grid(neurons - distance) && !fills_a_grid(neurons + distance)) {
            ++distance;
        }
        const std::int64_t nearest =
            fills_a_grid(neurons - distance) ? neurons - distance : neurons + distance;
        reject(key, "fills no grid on the torus with one site per neuron",
               fmt::format("the nearest number that does is {}; or give network.sites", nearest));
    }

    const Config& config_;
    Findings& findings_;
};

} // namespace

void check_relations(const Config& config, Findings& findings) {
    Checker checker(config, findings);
    checker.intervals();
    checker.realisations();
    checker.network_size();
    checker.neurons_and_sites();
    checker.covariances();
    checker.bins();
    checker.local_step();
}

} // namespace equipoise::config
