#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/config/config.hpp"
#include "equipoise/domain/placement.hpp"
#include "equipoise/driver/network_output.hpp"
#include "equipoise/driver/record_view.hpp"
#include "equipoise/driver/schedule.hpp"
#include "equipoise/network/measure.hpp"
#include "equipoise/network/solver.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <vector>

namespace equipoise::driver {

/// Seconds of this rank by phase of the network's part.
struct NetworkPhases {
    double noise = 0.0, update = 0.0, communication = 0.0, output = 0.0;
};

/// The network in a run: its parts, its inner time loop, and what it writes.
class NetworkRun {
  public:
    NetworkRun(const parallel::Communicator& comm, const config::Config& config,
               const balance::Balance& balance);

    NetworkRun(const NetworkRun&) = delete;
    NetworkRun& operator=(const NetworkRun&) = delete;

    /// Groups, dimensions and datasets of /network.
    void declare(io::Schema& schema) const;
    /// Records the initial state. Call once, before advance().
    void begin(io::OutputFile& file);
    /// Steps to a time (a multiple of the step) and records what falls due on the way there, at it
    /// too. Throws NumericsError, the same on all ranks, when the state leaves its range.
    void advance(double t, io::OutputFile& file);

    [[nodiscard]] const network::Record& last() const noexcept { return last_; }
    /// The last record for comparing.
    [[nodiscard]] RecordView view() const;
    /// The last histograms of fluctuations and their time; empty: none yet.
    [[nodiscard]] const network::Measurement::Density& last_density() const noexcept {
        return last_density_;
    }
    [[nodiscard]] double last_density_time() const noexcept { return last_density_time_; }
    [[nodiscard]] std::int64_t bins_per_direction() const noexcept {
        return measurement_.bins_per_direction();
    }
    [[nodiscard]] NetworkPhases phases() const;
    [[nodiscard]] std::int64_t steps() const noexcept { return solver_.step(); }
    /// Neurons of all populations.
    [[nodiscard]] std::int64_t neurons() const noexcept { return neurons_; }

  private:
    void exchange();
    void record_what_is_due(io::OutputFile& file);

    parallel::Communicator comm_;
    const config::Config* config_;
    const balance::Balance* balance_;
    std::vector<domain::Placement> placements_;
    network::NetworkSolver solver_;
    network::Measurement measurement_;
    network::SumOverRanks sum_;
    std::vector<std::vector<std::int64_t>> traced_;
    NetworkOutput output_;
    Periodic records_, snapshots_, densities_, traces_;
    network::Record last_;
    network::Measurement::Density last_density_;
    double last_density_time_ = 0.0;
    std::int64_t neurons_ = 0;
    double communication_seconds_ = 0.0, output_seconds_ = 0.0;
};

} // namespace equipoise::driver
