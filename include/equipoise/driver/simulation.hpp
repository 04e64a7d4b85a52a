#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/config/config.hpp"
#include "equipoise/driver/assessment.hpp"
#include "equipoise/driver/network_run.hpp"
#include "equipoise/model/model.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <memory>
#include <string>

namespace equipoise::driver {

/// Builds every solver that run.solvers names, and runs them side by side on one clock.
class Simulation {
  public:
    /// Throws InputError with everything that is wrong, before any file is touched.
    Simulation(const parallel::Communicator& comm, config::Config config);
    Simulation(const Simulation&) = delete;
    Simulation& operator=(const Simulation&) = delete;

    /// Runs to t_end and writes the output file. `quiet`: no progress.
    void run(bool quiet);

  private:
    [[nodiscard]] std::string summary(double seconds, const std::string& path) const;

    parallel::Communicator comm_;
    config::Config config_;
    model::Model model_;
    balance::Balance balance_;
    Assessment assessment_;
    std::unique_ptr<NetworkRun> network_;
};

} // namespace equipoise::driver
