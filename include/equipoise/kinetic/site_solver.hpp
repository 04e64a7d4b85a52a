#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/balance/site_average.hpp"
#include "equipoise/config/config.hpp"
#include "equipoise/kinetic/range.hpp"
#include "equipoise/kinetic/results.hpp"
#include "equipoise/kinetic/stepper.hpp"
#include "equipoise/kinetic/system.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace equipoise::kinetic {

/// The solver on ranks that all have sites. Every function that is not const is collective.
class SiteSolver {
  public:
    using Warning = std::function<void(const std::string&)>;

    /// The sites of all ranks are shared out by the first of them and the number of local ones.
    SiteSolver(const parallel::Communicator& comm, const balance::Balance& balance,
               const config::Config& config, std::int64_t first_site, std::int64_t local_sites,
               Warning warn);

    void step(double t_stop);
    [[nodiscard]] double time() const { return stepper_->time(); }
    [[nodiscard]] const Grid& grid() const { return system_->lines().grid(); }
    [[nodiscard]] double epsilon() const { return system_->epsilon(); }
    [[nodiscard]] const InitialProjection& initial_projection() const { return projection_; }

    [[nodiscard]] Averages averages();
    [[nodiscard]] SiteFields fields() const;
    [[nodiscard]] std::vector<double> density(std::size_t population) const;
    [[nodiscard]] Effort effort() const;
    [[nodiscard]] const StepSeconds& step_seconds() const noexcept { return step_seconds_; }
    [[nodiscard]] SavedState save() const;
    void restore(const SavedState& saved);

  private:
    void start(const config::Config& config);
    [[nodiscard]] std::vector<double> initial_state() const;
    [[nodiscard]] std::vector<Spread> spreads(const std::vector<double>& u) const;
    void check_state() const;
    void check_stability();

    parallel::Communicator comm_;
    const balance::Balance* balance_;
    balance::Lattice lattice_;
    bool stop_when_unstable_;
    Warning warn_;
    bool unstable_ = false; ///< it has been said
    InitialProjection projection_;
    std::unique_ptr<System> system_;
    std::unique_ptr<balance::SiteAverage> average_;
    std::unique_ptr<Stepper> stepper_;
    StepSeconds step_seconds_;
};

} // namespace equipoise::kinetic
