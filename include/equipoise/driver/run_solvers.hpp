#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/config/config.hpp"
#include "equipoise/driver/ensemble.hpp"
#include "equipoise/driver/field_run.hpp"
#include "equipoise/driver/kinetic_run.hpp"
#include "equipoise/driver/network_run.hpp"
#include "equipoise/driver/solver_run.hpp"
#include "equipoise/driver/timing.hpp"
#include "equipoise/model/basis.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <memory>
#include <string>
#include <vector>

namespace equipoise::driver {

/// Every solver that run.solvers names, in the order in which they go.
class RunSolvers {
  public:
    /// recorded: the modes that all of them record. PETSc must run where one of them needs it.
    /// Throws NumericsError when a solver finds no state to start from.
    RunSolvers(const parallel::Communicator& comm, const config::Config& config,
               const balance::Balance& balance, const model::Basis& recorded);

    [[nodiscard]] const std::vector<std::unique_ptr<SolverRun>>& all() const noexcept {
        return solvers_;
    }
    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }

    /// The solvers one by one; null where a solver is not wanted. Of several realisations
    /// network() is the first.
    [[nodiscard]] NetworkRun* network() const noexcept { return network_; }
    [[nodiscard]] Ensemble* ensemble() const noexcept { return ensemble_; }
    [[nodiscard]] KineticRun* kinetic() const noexcept { return kinetic_; }
    [[nodiscard]] FieldRun* field() const noexcept { return field_; }
    /// The richer of the two limits.
    [[nodiscard]] LimitRun* limit() const noexcept;

    /// What each of them took. Collective.
    void add_to(Timing& timing) const;

  private:
    template <class Run, class... Arguments>
    Run& add(const char* name, Arguments&&... arguments);

    std::vector<std::unique_ptr<SolverRun>> solvers_;
    std::vector<std::string> names_;
    NetworkRun* network_ = nullptr;
    Ensemble* ensemble_ = nullptr;
    KineticRun* kinetic_ = nullptr;
    FieldRun* field_ = nullptr;
};

} // namespace equipoise::driver
