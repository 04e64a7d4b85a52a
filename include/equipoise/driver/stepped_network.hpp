#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/config/config.hpp"
#include "equipoise/domain/placement.hpp"
#include "equipoise/network/measure.hpp"
#include "equipoise/network/solver.hpp"
#include "equipoise/parallel/communicator.hpp"
#include "equipoise/util/request.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace equipoise::driver {

/// The configuration of realisation r >= 0 of a network: noise, initial states and random positions
/// are those of the seed run.seed + r (modulo 2^64).
config::Config of_realisation(config::Config config, std::int64_t realisation);

/// Seconds of this rank by phase of a network's part. Communication is waiting for sums, balance
/// the making of multipliers from them: residual, Jacobian, linear system.
struct NetworkPhases {
    double noise = 0.0, update = 0.0, moments = 0.0, communication = 0.0, balance = 0.0;
    double output = 0.0;

    void add(const NetworkPhases& other);
    [[nodiscard]] double steps() const noexcept {
        return noise + update + moments + communication + balance;
    }
};

/// A line for a terminal: speed and shares of the phases.
std::string speed_in_words(double neuron_steps, const NetworkPhases& phases);

/// A network spread over the ranks of a communicator: its solver, the sums between the ranks, and
/// its measurement. All calls are collective.
class SteppedNetwork {
  public:
    /// Draws the initial state. `balance` and its model must outlive this.
    SteppedNetwork(const parallel::Communicator& comm, const config::Config& config,
                   const balance::Balance& balance);
    SteppedNetwork(const SteppedNetwork&) = delete;
    SteppedNetwork& operator=(const SteppedNetwork&) = delete;

    /// Before the first step, and after the solver has been restored. Like step(), throws
    /// NumericsError, the same on all ranks, when the network has left the range of its functions
    /// or blown up.
    void start();
    /// One step. asked: what this rank asks of the run; returns the strongest that any rank asks.
    Request step(Request asked = Request::none);
    [[nodiscard]] network::Record measure() { return measurement_.measure(sum_); }

    [[nodiscard]] network::NetworkSolver& solver() noexcept { return solver_; }
    [[nodiscard]] const network::NetworkSolver& solver() const noexcept { return solver_; }
    [[nodiscard]] network::Measurement& measurement() noexcept { return measurement_; }
    [[nodiscard]] const network::Measurement& measurement() const noexcept { return measurement_; }
    [[nodiscard]] const std::vector<domain::Placement>& placements() const noexcept {
        return placements_;
    }
    [[nodiscard]] const network::SumOverRanks& sum() const noexcept { return sum_; }
    /// Without output.
    [[nodiscard]] NetworkPhases phases() const;

  private:
    void exchange();

    parallel::Communicator comm_;
    const balance::Balance* balance_;
    std::vector<domain::Placement> placements_;
    network::NetworkSolver solver_;
    network::Measurement measurement_;
    network::SumOverRanks sum_;
    double communication_seconds_ = 0.0, balance_seconds_ = 0.0;
};

} // namespace equipoise::driver
