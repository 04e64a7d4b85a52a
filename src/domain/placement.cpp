#include "equipoise/domain/placement.hpp"

#include "equipoise/domain/curve.hpp"
#include "equipoise/domain/partition.hpp"
#include "equipoise/elementary/functions.hpp"
#include "equipoise/random/stream.hpp"
#include "equipoise/util/errors.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace equipoise::domain {

namespace {

config::SiteCount site_counts(const config::Config& config, std::int64_t neurons) {
    if (config.domain.kind == config::DomainKind::point) {
        return {1, 1};
    }
    if (config.network.sites[0] > 0) {
        return config.network.sites;
    }
    return config.domain.kind == config::DomainKind::torus ? nearly_square_grid(neurons)
                                                           : config::SiteCount{neurons, 1};
}

/// Cells per side of the curve that turns a random number into a point of the torus: 52 bits in
/// all.
constexpr std::int64_t random_grid = std::int64_t{1} << 26;

} // namespace

Placement::Placement(const config::Config& config, std::size_t population, BlockRange local,
                     const parallel::Communicator& comm)
    : kind_(config.domain.kind), neurons_(config.populations[population].neurons), local_(local),
      random_(kind_ != config::DomainKind::point &&
              config.network.positions == config::Positions::random),
      sites_(kind_, site_counts(config, neurons_)) {
    if (random_) {
        draw_positions(config, population, comm);
        return;
    }
    ensure(neurons_ % sites_.size() == 0, "every site has the same number of neurons");
    per_site_ = neurons_ / sites_.size();
    if (kind_ == config::DomainKind::torus && per_site_ == 1) {
        // The curve costs tens of nanoseconds a neuron: once, not in every step.
        stored_first_.reserve(static_cast<std::size_t>(local_neurons()));
        stored_second_.reserve(static_cast<std::size_t>(local_neurons()));
        for (std::int64_t j = 0; j < local_neurons(); ++j) {
            const Phase phase = sites_.phase(first_neuron() + j);
            stored_first_.push_back(phase[0]);
            stored_second_.push_back(phase[1]);
        }
    }
}

std::int64_t Placement::count(std::int64_t block) const {
    return std::min(block_size, neurons_ - block * block_size);
}

std::int64_t Placement::local_neurons() const {
    return std::min(local_.end * block_size, neurons_) - first_neuron();
}

void Placement::draw_positions(const config::Config& config, std::size_t population,
                               const parallel::Communicator& comm) {
    const random::Stream stream{config.run.seed, random::Purpose::position,
                                static_cast<std::uint16_t>(population)};
    std::array<double, random::block_size> u{};
    const auto waiting_times = [&](std::int64_t block, std::uint64_t step) {
        random::uniforms(stream, static_cast<std::uint64_t>(block), step, u);
        for (double& value : u) {
            value = -elementary::logarithm(value);
        }
    };
    // Spacings of n uniforms on [0, 1] are n + 1 exponentials over their sum. Block sums are shared
    // as bit patterns: each has one owner and the others add 0, so the exchange is exact.
    std::vector<std::int64_t> shared(static_cast<std::size_t>(block_count(neurons_)), 0);
    for (std::int64_t block = local_.first; block < local_.end; ++block) {
        waiting_times(block, 0);
        double sum = 0.0;
        for (std::int64_t i = 0; i < count(block); ++i) {
            sum += u[static_cast<std::size_t>(i)];
        }
        shared[static_cast<std::size_t>(block)] = std::bit_cast<std::int64_t>(sum);
    }
    comm.sum(shared);
    std::vector<double> before(shared.size() + 1, 0.0);
    for (std::size_t block = 0; block < shared.size(); ++block) {
        before[block + 1] = before[block] + std::bit_cast<double>(shared[block]);
    }
    waiting_times(0, 1);
    const double total = before.back() + u[0];

    const bool torus = kind_ == config::DomainKind::torus;
    for (std::int64_t block = local_.first; block < local_.end; ++block) {
        waiting_times(block, 0);
        double sum = before[static_cast<std::size_t>(block)];
        for (std::int64_t i = 0; i < count(block); ++i) {
            sum += u[static_cast<std::size_t>(i)];
            const double along = std::min(sum / total, 1.0 - 0x1p-53);
            if (!torus) {
                stored_first_.push_back(along);
                continue;
            }
            const auto [x, y] =
                curve_cell(static_cast<std::int64_t>(along * 0x1p52), random_grid, random_grid);
            constexpr double cell = 1.0 / static_cast<double>(random_grid);
            stored_first_.push_back((static_cast<double>(x) + 0.5) * cell);
            stored_second_.push_back((static_cast<double>(y) + 0.5) * cell);
        }
    }
}

Phase Placement::phase(std::int64_t neuron) const {
    if (stored_first_.empty()) {
        return sites_.phase(neuron / per_site_);
    }
    const auto at = static_cast<std::size_t>(neuron - first_neuron());
    return {stored_first_[at], stored_second_.empty() ? 0.0 : stored_second_[at]};
}

void Placement::phases(std::int64_t block, double* first, double* second) const {
    const auto n = static_cast<std::size_t>(count(block));
    const auto begin = static_cast<std::size_t>((block - local_.first) * block_size);
    if (!stored_first_.empty()) {
        std::copy_n(stored_first_.begin() + static_cast<std::ptrdiff_t>(begin), n, first);
        if (stored_second_.empty()) {
            std::fill_n(second, n, 0.0);
        } else {
            std::copy_n(stored_second_.begin() + static_cast<std::ptrdiff_t>(begin), n, second);
        }
        return;
    }
    if (evenly_spaced()) {
        const double sites = static_cast<double>(sites_.size());
        const double start = static_cast<double>(block * block_size);
        for (std::size_t i = 0; i < n; ++i) {
            first[i] = (start + static_cast<double>(i)) / sites;
            second[i] = 0.0;
        }
        return;
    }
    for (std::size_t i = 0; i < n; ++i) {
        const Phase at =
            sites_.phase((block * block_size + static_cast<std::int64_t>(i)) / per_site_);
        first[i] = at[0];
        second[i] = at[1];
    }
}

std::vector<Placement> place(const config::Config& config, const parallel::Communicator& comm) {
    std::vector<std::int64_t> neurons;
    for (const config::Population& population : config.populations) {
        neurons.push_back(population.neurons);
    }
    const Partition partition(neurons, comm.size(), config.linked_populations());
    std::vector<Placement> placements;
    for (std::size_t a = 0; a < neurons.size(); ++a) {
        placements.emplace_back(config, a, partition.range(a, comm.rank()), comm);
    }
    return placements;
}

} // namespace equipoise::domain
