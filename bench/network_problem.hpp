#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/config/config.hpp"
#include "equipoise/domain/placement.hpp"
#include "equipoise/model/model.hpp"
#include "equipoise/network/solver.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace bench {

/// The real network solver on all ranks, stepped as the driver steps it
/// (src/driver/network_run.cpp), without output. Stays where it is made.
class NetworkProblem {
  public:
    /// The configuration file with overrides "--section.key=value".
    NetworkProblem(const std::string& file, const std::vector<std::string>& overrides);
    NetworkProblem(const NetworkProblem&) = delete;
    NetworkProblem& operator=(const NetworkProblem&) = delete;

    /// One time step: local pass, the sum over ranks, multipliers.
    void step();
    /// Of all populations and ranks.
    [[nodiscard]] std::int64_t neurons() const noexcept { return neurons_; }
    /// False when the state has left its range.
    [[nodiscard]] bool healthy() const { return solver_.faulty().empty(); }
    /// Local average of z in a population.
    [[nodiscard]] double mean(std::size_t population);

  private:
    void exchange();

    equipoise::parallel::Communicator comm_;
    equipoise::config::Config config_;
    equipoise::model::Model model_;
    equipoise::balance::Balance balance_;
    std::vector<equipoise::domain::Placement> placements_;
    equipoise::network::NetworkSolver solver_;
    std::int64_t neurons_ = 0;
};

} // namespace bench
