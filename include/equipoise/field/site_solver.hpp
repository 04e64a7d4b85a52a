#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/balance/lattice.hpp"
#include "equipoise/balance/site_average.hpp"
#include "equipoise/config/config.hpp"
#include "equipoise/field/results.hpp"
#include "equipoise/field/stepper.hpp"
#include "equipoise/field/system.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace equipoise::field {

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
    [[nodiscard]] double epsilon() const { return system_.epsilon(); }
    [[nodiscard]] Closure closure() const {
        return system_.exact_closure() ? Closure::exact : Closure::gaussian;
    }
    [[nodiscard]] const balance::InitialProjection& initial_projection() const {
        return projection_;
    }

    [[nodiscard]] Averages averages();
    [[nodiscard]] SiteFields fields() const;
    [[nodiscard]] Quadrature quadrature();
    [[nodiscard]] Effort effort() const;
    [[nodiscard]] SavedState save();
    void restore(const SavedState& saved);

  private:
    [[nodiscard]] std::vector<double> initial_state() const;
    [[nodiscard]] StepControl step_control(const config::Config& config) const;
    [[nodiscard]] bool rules_suffice();
    void settle(Eigen::VectorXd h, double next_step);
    void project_onto_manifold(Eigen::VectorXd& h);
    void check_state() const;
    void check_stability();

    parallel::Communicator comm_;
    balance::Lattice lattice_;
    System system_;
    balance::SiteAverage average_;
    Warning warn_;
    bool unstable_ = false; ///< it has been said
    double rule_target_ = 0.0, rule_error_ = 0.0;
    double rule_limit_ = 0.0; ///< the error at which better rules are looked for
    std::int64_t steps_since_check_ = 0;
    balance::InitialProjection projection_;
    std::unique_ptr<Stepper> stepper_;
};

} // namespace equipoise::field
