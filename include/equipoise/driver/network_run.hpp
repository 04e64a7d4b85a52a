#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/config/config.hpp"
#include "equipoise/driver/network_output.hpp"
#include "equipoise/driver/schedule.hpp"
#include "equipoise/driver/solver_run.hpp"
#include "equipoise/driver/stepped_network.hpp"
#include "equipoise/network/measure.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <string>
#include <vector>

namespace equipoise::driver {

/// The network in a run: its parts, its inner time loop, and what it writes.
class NetworkRun : public SolverRun {
  public:
    NetworkRun(const parallel::Communicator& comm, const config::Config& config,
               const balance::Balance& balance);

    void declare(io::Schema& schema) const override;
    void begin(io::OutputFile& file) override;
    void restore(const io::CheckpointReader& checkpoint) override;
    Request advance(double t, io::OutputFile& file, Requests& requests) override;
    void save(Snapshot& snapshot) override;
    [[nodiscard]] double time() const override { return network_.solver().time(); }
    [[nodiscard]] RecordView view() const override;
    [[nodiscard]] std::string summary() override;

    /// The last one made, at view().time.
    [[nodiscard]] const network::Record& last_record() const noexcept { return last_; }
    /// The last histograms of fluctuations and their time; empty: none yet.
    [[nodiscard]] const network::Measurement::Density& last_density() const noexcept {
        return last_density_;
    }
    [[nodiscard]] double last_density_time() const noexcept { return last_density_time_; }
    [[nodiscard]] std::int64_t bins_per_direction() const noexcept {
        return network_.measurement().bins_per_direction();
    }
    [[nodiscard]] NetworkPhases phases() const;
    /// Steps made in this run, without those before a restart.
    [[nodiscard]] std::int64_t steps() const noexcept {
        return network_.solver().step() - first_step_;
    }
    [[nodiscard]] const balance::StepSolver& step_solver() const noexcept {
        return network_.solver().step_solver();
    }
    /// Neurons of all populations.
    [[nodiscard]] std::int64_t neurons() const noexcept { return neurons_; }
    /// Bytes that are summed over the ranks in each step.
    [[nodiscard]] std::int64_t message_bytes() const noexcept { return message_bytes_; }

  private:
    void record_what_is_due(io::OutputFile& file);
    [[nodiscard]] bool record_is_due() const;
    [[nodiscard]] std::string state_path(std::size_t population) const;
    void take_densities();

    const config::Config* config_;
    const balance::Balance* balance_;
    SteppedNetwork network_;
    std::vector<std::vector<std::int64_t>> traced_;
    NetworkOutput output_;
    Periodic records_, snapshots_, densities_, traces_;
    network::Record last_;
    network::Measurement::Density last_density_;
    double last_density_time_ = 0.0;
    std::int64_t neurons_ = 0, message_bytes_ = 0;
    std::int64_t first_step_ = 0; ///< of this run: not 0 after a restart
    double output_seconds_ = 0.0;
};

} // namespace equipoise::driver
