#include "equipoise/network/solver.hpp"

#include "equipoise/elementary/clones.hpp"
#include "equipoise/network/block_loops.hpp"
#include "equipoise/network/initial_state.hpp"
#include "equipoise/random/stream.hpp"
#include "equipoise/util/errors.hpp"
#include "equipoise/util/stopwatch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace equipoise::network {

namespace {

EQUIPOISE_CLONES
std::int64_t count_outside(const double* z, double lower, double upper, std::size_t count) {
    std::int64_t outside = 0;
    for (std::size_t i = 0; i < count; ++i) {
        outside += z[i] >= lower && z[i] <= upper ? 0 : 1; // NaN is outside
    }
    return outside;
}

/// Asks for a part of a block's states while the block before is worked on: a block is too short
/// for the processor to see by itself what comes next. Part by part, between the loops over the
/// block before, since a core that asks for more lines than it can have under way stands still.
void fetch_ahead(std::span<const double> z, std::size_t part) {
    constexpr std::size_t parts = 3;
    constexpr std::size_t line = 64 / sizeof(double);
    for (std::size_t i = part * z.size() / parts; i < (part + 1) * z.size() / parts; i += line) {
        __builtin_prefetch(&z[i], 0, 3);
    }
}

} // namespace

NetworkSolver::NetworkSolver(const balance::Balance& balance, const config::Config& config,
                             const std::vector<domain::Placement>& placements)
    : balance_(&balance), drive_(balance.model()), scheme_(config.network.scheme),
      time_step_(config.network.time_step),
      root_n_(std::sqrt(static_cast<double>(balance.model().size()))), seed_(config.run.seed),
      single_(config.network.normals == config::Normals::single_precision),
      sums_(balance, scheme_ == config::Scheme::balanced), moments_(balance.layout().size(), 0.0),
      step_solver_(balance, time_step_, 1.0 / root_n_, config.network) {
    const model::Model& model = balance.model();
    for (std::size_t a = 0; a < model.population_count(); ++a) {
        const domain::Placement& placement = placements[a];
        ensure(domain::block_count(placement.neurons()) <= parallel::FixedPointScale::max_terms,
               "the exact sums hold a population's blocks");
        domain::PopulationState state{placement.neurons(), placement.first_neuron(),
                                      placement.local(),
                                      initial_states(model, config, placement, a)};
        const model::Interval range =
            model.population(a).range.intersection({-model::state_bound, model::state_bound});
        populations_.push_back({std::move(state), Geometry(placement, sums_.basis()),
                                LocalInput(model.population(a), model, placement),
                                LocalStep(model.population(a), config.network), range});
        for (std::int64_t block = placement.local().first; block < placement.local().end; ++block) {
            blocks_.push_back({a, block});
        }
    }
    std::vector<const Geometry*> geometries;
    for (const LocalPopulation& local : populations_) {
        geometries.push_back(&local.geometry);
    }
    message_ = Message(sums_.groups(geometries), model.population_count());
    // Not initialised: what is never written takes no memory, and one rank alone writes nothing.
    ahead_capacity_ = std::min(ahead_limit, blocks_.size());
    ahead_ = std::make_unique_for_overwrite<Block[]>(ahead_capacity_);
}

std::span<const double> NetworkSolver::states(const BlockIndex& index) const {
    const domain::PopulationState& state = populations_[index.population].state;
    const std::int64_t first = index.block * domain::block_size;
    const std::int64_t end = std::min(first + domain::block_size, state.neurons);
    return {state.z.data() + (first - state.first_neuron), static_cast<std::size_t>(end - first)};
}

void NetworkSolver::draw(const BlockIndex& index, std::span<double, random::block_size> xi) const {
    const random::Stream stream{seed_, random::Purpose::dynamics,
                                static_cast<std::uint16_t>(index.population)};
    const auto draw_normals = single_ ? random::single_normals : random::normals;
    draw_normals(stream, static_cast<std::uint64_t>(index.block), static_cast<std::uint64_t>(step_),
                 xi);
}

void NetworkSolver::check_range(std::size_t population, const double* z, std::size_t count) {
    const model::Interval& range = populations_[population].range;
    if (range.lower == -range.upper && all_within(z, range.upper, count)) {
        return; // faster than to count
    }
    if (const std::int64_t outside = count_outside(z, range.lower, range.upper, count);
        outside > 0) {
        message_.add_outside(population, outside);
    }
}

void NetworkSolver::add_moments(std::size_t population, const double* z, std::size_t count) {
    const model::Population& model = balance_->model().population(population);
    Geometry& geometry = populations_[population].geometry;
    Block value;
    Block slope;
    for (std::size_t g = 0; g < model.gains.size(); ++g) {
        if (sums_.with_slopes()) {
            model.gains[g]->slopes(z, value.data(), slope.data(), count);
        } else {
            model.gains[g]->values(z, value.data(), count);
        }
        sums_.add(message_, population, geometry, g, value.data(), slope.data());
    }
}

void NetworkSolver::start() {
    message_.clear();
    for (const BlockIndex& index : blocks_) {
        populations_[index.population].geometry.enter(index.block);
        measure_block(index);
    }
    pending_ = false;
    starting_ = true;
}

void NetworkSolver::advance_block(const BlockIndex& index, const double* xi) {
    LocalPopulation& local = populations_[index.population];
    const std::int64_t first = index.block * domain::block_size;
    double* z = local.state.z.data() + (first - local.state.first_neuron);
    const auto count =
        static_cast<std::size_t>(std::min(domain::block_size, local.state.neurons - first));
    local.geometry.enter(index.block);
    double kick = 0.0;
    if (pending_) {
        const bool bounded = balance_->model().population(index.population).range.is_bounded();
        const std::optional<double> uniform = local.geometry.uniform_field();
        if (uniform && !bounded) {
            kick = *uniform; // spares a pass over the block
        } else {
            local.geometry.add_field(z);
        }
        if (bounded) {
            check_range(index.population, z, count); // before the drift is evaluated there
        }
    }
    Block iota;
    const bool has_input = local.input.values(index.block, iota.data());
    local.step.advance(z, xi, has_input ? iota.data() : nullptr, kick, count);
    if (scheme_ == config::Scheme::explicit_euler) {
        local.geometry.add_field(z);
    }
}

/// The block's part of the message. Its geometry must have been entered.
void NetworkSolver::measure_block(const BlockIndex& index) {
    const LocalPopulation& local = populations_[index.population];
    const std::int64_t first = index.block * domain::block_size;
    const double* z = local.state.z.data() + (first - local.state.first_neuron);
    const auto count =
        static_cast<std::size_t>(std::min(domain::block_size, local.state.neurons - first));
    check_range(index.population, z, count);
    add_moments(index.population, z, count);
}

void NetworkSolver::local_pass() {
    const Stopwatch pass;
    const bool first_pass = pass_seconds_ == 0.0; // a run of one step has its phases, too
    message_.clear();
    for (LocalPopulation& local : populations_) {
        local.input.update(time());
    }
    Block noise;
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
        // Other ones in each pass: every block in its turn, and a rank of few blocks not all of
        // them.
        const bool timed = first_pass || (i + static_cast<std::size_t>(step_)) % timed_every == 0;
        const double* xi = noise.data();
        std::optional<Stopwatch> watch; // reading the clock costs as much as ten neurons
        if (timed) {
            watch.emplace();
        }
        const std::span<const double> next =
            i + 1 < blocks_.size() ? states(blocks_[i + 1]) : std::span<const double>{};
        fetch_ahead(next, 0);
        if (i < ahead_blocks_) {
            xi = ahead_[i].data();
        } else {
            draw(blocks_[i], noise);
        }
        if (watch) {
            sampled_noise_ += watch->restart();
        }
        fetch_ahead(next, 1);
        advance_block(blocks_[i], xi);
        if (watch) {
            sampled_update_ += watch->restart();
        }
        fetch_ahead(next, 2);
        measure_block(blocks_[i]);
        if (watch) {
            sampled_moments_ += watch->restart();
        }
    }
    ahead_blocks_ = 0;
    pending_ = false;
    starting_ = false;
    ++step_;
    pass_seconds_ += pass.seconds();
}

void NetworkSolver::draw_ahead(const std::function<bool()>& arrived) {
    const Stopwatch watch;
    while (ahead_blocks_ < ahead_capacity_ && !arrived()) {
        draw(blocks_[ahead_blocks_], ahead_[ahead_blocks_]);
        ++ahead_blocks_;
    }
    ahead_seconds_ += watch.seconds();
}

void NetworkSolver::receive() {
    if (!faulty().empty()) {
        return;
    }
    const bool balanced = scheme_ == config::Scheme::balanced;
    if (balanced && starting_) {
        return; // the first step starts from the state as it is
    }
    for (std::size_t b = 0; b < populations_.size(); ++b) {
        sums_.join(message_, b, populations_[b].geometry, populations_[b].state.neurons, moments_);
    }
    const Eigen::VectorXd residual = balance_->residual(drive_.at(time()), moments_);
    if (!balanced) {
        multipliers_ = root_n_ * residual;
        set_fields();
        return;
    }
    multipliers_ = step_solver_.solve(moments_, residual, time());
    check_kick();
    set_fields();
    pending_ = true;
}

void NetworkSolver::check_kick() const {
    std::vector<double> largest(populations_.size(), 0.0);
    for (std::size_t i = 0; i < balance_->size(); ++i) {
        largest[balance_->unknowns()[i].population] +=
            std::abs(time_step_ * multipliers_[static_cast<Eigen::Index>(i)]);
    }
    for (std::size_t a = 0; a < largest.size(); ++a) {
        if (largest[a] > 2.0 * model::state_bound) {
            throw NumericsError(fmt::format(
                "time {:.6g}, population {}: the balance would move the states by {:.3g} in one "
                "step, its matrix 1/sqrt(n) - dt J is nearly singular; run `equipoise check` for "
                "the spectrum of J, and change the coupling or network.time_step",
                time(), balance_->model().population(a).name, largest[a]));
        }
    }
}

void NetworkSolver::set_fields() {
    const std::size_t modes = balance_->layout().basis().size();
    std::vector<double> by_mode(populations_.size() * modes);
    balance_->scatter(time_step_ * multipliers_, by_mode);
    for (std::size_t a = 0; a < populations_.size(); ++a) {
        std::vector<std::size_t> active;
        std::vector<double> coefficients;
        for (std::size_t p = 0; p < modes; ++p) {
            if (balance_->active(a, p)) {
                active.push_back(sums_.kernel_mode(p));
                coefficients.push_back(by_mode[a * modes + p]);
            }
        }
        populations_[a].geometry.set_field(active, coefficients);
    }
}

void NetworkSolver::settle() {
    if (!pending_) {
        return;
    }
    for (const BlockIndex& index : blocks_) {
        LocalPopulation& local = populations_[index.population];
        local.geometry.enter(index.block);
        local.geometry.add_field(local.state.z.data() +
                                 (index.block * domain::block_size - local.state.first_neuron));
    }
    pending_ = false;
}

std::vector<std::size_t> NetworkSolver::faulty() const {
    std::vector<std::size_t> populations;
    for (std::size_t a = 0; a < populations_.size(); ++a) {
        if (message_.faults(a) != 0) {
            populations.push_back(a);
        }
    }
    return populations;
}

std::string NetworkSolver::describe_fault() const {
    for (std::size_t a = 0; a < populations_.size(); ++a) {
        const LocalPopulation& local = populations_[a];
        for (std::size_t i = 0; i < local.state.z.size(); ++i) {
            const double z = local.state.z[i];
            if (!(z >= local.range.lower && z <= local.range.upper)) {
                return fmt::format(
                    "neuron {} of population {} has the state {:.6g}, outside [{:g}, {:g}]",
                    local.state.first_neuron + static_cast<std::int64_t>(i),
                    balance_->model().population(a).name, z, local.range.lower, local.range.upper);
            }
        }
    }
    return {};
}

void NetworkSolver::restore(std::int64_t step, std::span<const std::vector<double>> states) {
    step_ = step;
    for (std::size_t a = 0; a < populations_.size(); ++a) {
        ensure(states[a].size() == populations_[a].state.z.size(),
               "restored states fit the local blocks");
        populations_[a].state.z.assign(states[a].begin(), states[a].end());
    }
    pending_ = false;
    ahead_blocks_ = 0;
}

double NetworkSolver::share(double sampled) const noexcept {
    const double all = sampled_noise_ + sampled_update_ + sampled_moments_;
    return all > 0.0 ? pass_seconds_ * sampled / all : 0.0;
}

double NetworkSolver::noise_seconds() const noexcept {
    return ahead_seconds_ + share(sampled_noise_);
}

double NetworkSolver::moment_seconds() const noexcept {
    return share(sampled_moments_);
}

double NetworkSolver::update_seconds() const noexcept {
    return pass_seconds_ - share(sampled_noise_) - share(sampled_moments_);
}

} // namespace equipoise::network
