#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/config/config.hpp"
#include "equipoise/driver/stepped_network.hpp"
#include "equipoise/model/model.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace bench {

/// The real network solver, stepped as a run steps it, without output. Stays where it is made.
class NetworkProblem {
  public:
    /// The configuration file with overrides "--section.key=value", on these ranks.
    NetworkProblem(
        const std::string& file, const std::vector<std::string>& overrides,
        const equipoise::parallel::Communicator& comm = equipoise::parallel::Communicator::world());
    NetworkProblem(const NetworkProblem&) = delete;
    NetworkProblem& operator=(const NetworkProblem&) = delete;

    /// One time step: local pass, the sum over ranks, multipliers. Throws when the state has left
    /// its range.
    void step() { network_.step(); }
    /// Of all populations and ranks.
    [[nodiscard]] std::int64_t neurons() const noexcept { return neurons_; }
    /// Iterations of GMRES a step; 0 where the balance is factorised.
    [[nodiscard]] double gmres_iterations() const;

  private:
    equipoise::config::Config config_;
    equipoise::model::Model model_;
    equipoise::balance::Balance balance_;
    equipoise::driver::SteppedNetwork network_;
    std::int64_t neurons_ = 0;
};

} // namespace bench
