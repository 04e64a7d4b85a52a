#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/balance/drive.hpp"
#include "equipoise/balance/step_solver.hpp"
#include "equipoise/config/config.hpp"
#include "equipoise/domain/placement.hpp"
#include "equipoise/domain/state.hpp"
#include "equipoise/network/geometry.hpp"
#include "equipoise/network/input.hpp"
#include "equipoise/network/local_step.hpp"
#include "equipoise/network/message.hpp"
#include "equipoise/network/moment_sums.hpp"
#include "equipoise/util/cache_line.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace equipoise::network {

/// One population's part on this rank.
struct LocalPopulation {
    domain::PopulationState state;
    Geometry geometry;
    LocalInput input;
    LocalStep step;
    model::Interval range; ///< allowed states: the functions' and the blow-up bound
};

/// The network of model section 1 on this rank, stepped by the schemes of section 4. It holds no
/// MPI: one step is
///
///   local_pass()      every local block once: noise, drift, multiplier field, moments -> message()
///   (the caller adds message().words() over the ranks, meanwhile draw_ahead())
///   receive()         residual, Jacobian, multipliers -> the field of the next pass
///
/// Under the balanced scheme the state between passes is z*, before the multipliers' kick; settle()
/// applies it so that states() are z at time(). Results do not depend on when or how often settle()
/// is called. Under the explicit scheme states() are always settled.
class NetworkSolver {
  public:
    /// placements: of each population, for this rank's blocks; they, the balance and its model must
    /// outlive this. Draws the initial state. Call start() before the first step.
    NetworkSolver(const balance::Balance& balance, const config::Config& config,
                  const std::vector<domain::Placement>& placements);

    [[nodiscard]] double time() const { return static_cast<double>(step_) * time_step_; }
    [[nodiscard]] std::int64_t step() const noexcept { return step_; }

    /// Moments of the present state into message(), without a step: to be summed and received once
    /// before the first step.
    void start();
    void local_pass();
    [[nodiscard]] Message& message() noexcept { return message_; }
    /// Blocks whose noise can be drawn ahead: 1 MiB, which stays in a core's own caches. Drawing it
    /// takes longer than a sum over very many ranks.
    static constexpr std::size_t ahead_limit = 128;
    /// Draws noise for the first blocks of the next pass, until `arrived`, asked before each block,
    /// returns true, or all local blocks or ahead_limit of them have theirs. How many makes no
    /// difference to any result.
    void draw_ahead(const std::function<bool()>& arrived);
    /// Takes the summed message. Throws NumericsError when the multipliers are not finite or far
    /// too large. When
    /// faulty() holds afterwards, the state has left its range: ask describe_fault() for a local
    /// text.
    void receive();
    void settle();

    /// The populations with faults in the last message, by index; empty: all is well.
    [[nodiscard]] std::vector<std::size_t> faulty() const;
    /// The first bad neuron of this rank in words, or "".
    [[nodiscard]] std::string describe_fault() const;

    [[nodiscard]] std::size_t population_count() const noexcept { return populations_.size(); }
    [[nodiscard]] const domain::PopulationState& state(std::size_t population) const {
        return populations_[population].state;
    }
    [[nodiscard]] Geometry& geometry(std::size_t population) {
        return populations_[population].geometry;
    }
    [[nodiscard]] const balance::Balance& balance() const noexcept { return *balance_; }
    [[nodiscard]] const balance::StepSolver& step_solver() const noexcept { return step_solver_; }
    /// Replaces states and clock (restart). Call start() afterwards.
    void restore(std::int64_t step, std::span<const std::vector<double>> states);

    /// Of so many blocks of a pass one is timed (in the first pass all): a clock read in each would
    /// slow it down.
    static constexpr std::size_t timed_every = 16;
    /// Seconds of the passes spent in drawing noise, in gains and moments, and in the rest (kick,
    /// drift, noise intensity). The three are one pass over the blocks: their shares are those of
    /// the timed blocks.
    [[nodiscard]] double noise_seconds() const noexcept;
    [[nodiscard]] double moment_seconds() const noexcept;
    [[nodiscard]] double update_seconds() const noexcept;

  private:
    struct alignas(cache_line) Block : std::array<double, random::block_size> {};
    struct BlockIndex {
        std::size_t population;
        std::int64_t block;
    };

    /// Of the neurons of a local block.
    [[nodiscard]] std::span<const double> states(const BlockIndex& index) const;
    void draw(const BlockIndex& index, std::span<double, random::block_size> xi) const;
    void advance_block(const BlockIndex& index, const double* xi);
    void measure_block(const BlockIndex& index);
    [[nodiscard]] double share(double sampled) const noexcept;
    void add_moments(std::size_t population, const double* z, std::size_t count);
    void check_range(std::size_t population, const double* z, std::size_t count);
    /// Throws NumericsError when the multipliers would carry states from within the blow-up bound
    /// far beyond it: what is measured before the next pass looks at the range has bounded sums.
    void check_kick() const;
    void set_fields();

    const balance::Balance* balance_;
    balance::DriveModes drive_;
    config::Scheme scheme_;
    double time_step_;
    double root_n_; ///< sqrt(n)
    std::uint64_t seed_;
    bool single_; ///< normals in single precision
    std::int64_t step_ = 0;
    std::vector<LocalPopulation> populations_;
    std::vector<BlockIndex> blocks_; ///< in the order of a pass
    MomentSums sums_;
    Message message_;
    std::vector<double> moments_;
    balance::StepSolver step_solver_;
    Eigen::VectorXd multipliers_;    ///< h over the balance's unknowns
    bool pending_ = false;           ///< a kick waits to be applied (balanced scheme)
    bool starting_ = false;          ///< the message is start()'s, not a step's
    std::unique_ptr<Block[]> ahead_; ///< noise of the first blocks of the next pass
    std::size_t ahead_capacity_ = 0; ///< blocks that it has room for
    std::size_t ahead_blocks_ = 0;   ///< blocks that are drawn
    double pass_seconds_ = 0.0, ahead_seconds_ = 0.0;
    double sampled_noise_ = 0.0, sampled_update_ = 0.0, sampled_moments_ = 0.0;
};

} // namespace equipoise::network
