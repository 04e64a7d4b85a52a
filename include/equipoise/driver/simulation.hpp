#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/config/config.hpp"
#include "equipoise/driver/assessment.hpp"
#include "equipoise/driver/density_pair.hpp"
#include "equipoise/driver/kinetic_run.hpp"
#include "equipoise/driver/network_run.hpp"
#include "equipoise/driver/solver_pair.hpp"
#include "equipoise/model/model.hpp"
#include "equipoise/parallel/communicator.hpp"
#include "equipoise/parallel/petsc.hpp"

#include <memory>
#include <optional>
#include <string>

namespace equipoise::driver {

/// Builds every solver that run.solvers names, and runs them side by side on one clock.
class Simulation {
  public:
    /// Throws InputError with everything that is wrong, before any file is touched, and
    /// NumericsError when a solver finds no state to start from. petsc: the user's options for
    /// PETSc, which is only started where a solver needs it.
    Simulation(const parallel::Communicator& comm, config::Config config, const std::string& petsc);
    Simulation(const Simulation&) = delete;
    Simulation& operator=(const Simulation&) = delete;

    /// Runs to t_end and writes the output file. `quiet`: no progress.
    void run(bool quiet);

  private:
    void declare(io::Schema& schema) const;
    void begin(io::OutputFile& file);
    void advance(double t, io::OutputFile& file);
    void compare(io::OutputFile& file);
    [[nodiscard]] std::string summary(double seconds, const std::string& path);
    [[nodiscard]] std::string network_summary() const;

    parallel::Communicator comm_;
    config::Config config_;
    model::Model model_;
    balance::Balance balance_;
    Assessment assessment_;
    std::optional<parallel::PetscEnvironment> petsc_; ///< outlives the solvers
    std::unique_ptr<NetworkRun> network_;
    std::unique_ptr<KineticRun> kinetic_;
    std::optional<SolverPair> network_kinetic_;
    std::optional<DensityPair> densities_;
};

} // namespace equipoise::driver
