#include "equipoise/field/site_solver.hpp"

#include "equipoise/field/events.hpp"
#include "equipoise/field/manifold.hpp"
#include "equipoise/field/state_check.hpp"
#include "equipoise/util/errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

namespace equipoise::field {

namespace {

/// Eigenvalues cost the cube of J's size: they are looked at after this many steps.
constexpr std::int64_t steps_between_checks = 16;

double system_epsilon(const config::Config& config, const model::Model& model) {
    return config.field.size == config::SystemSize::network
               ? 1.0 / std::sqrt(static_cast<double>(model.size()))
               : 0.0;
}

} // namespace

std::string closure_name(Closure closure) {
    return closure == Closure::exact ? "exact" : "gaussian";
}

SiteSolver::SiteSolver(const parallel::Communicator& comm, const balance::Balance& balance,
                       const config::Config& config, std::int64_t first_site,
                       std::int64_t local_sites, Warning warn)
    : comm_(comm), lattice_(balance.layout(), config.domain,
                            balance::Lattice::counts(config.domain.kind, config.field.sites),
                            first_site, local_sites, "field.sites"),
      system_(comm_, balance, lattice_, system_epsilon(config, balance.model())),
      average_(comm_, lattice_, balance::SiteAverage::block_size(lattice_.global())),
      warn_(std::move(warn)) {
    // A thousandth of what a step may be off by; a fixed step's error is unknown.
    rule_target_ = config.field.time_step.has_value()
                       ? 1e-12
                       : std::clamp(1e-3 * config.field.tolerance, 1e-13, 1e-8);
    const std::vector<double> u = initial_state();
    Eigen::VectorXd h;
    system_.choose_rules(u, rule_target_);
    system_.evaluate(0.0, u);
    projection_ = project_state(system_, h);
    if (system_.rule_error() > rule_target_) { // the projection moved the means far
        system_.choose_rules(system_.state(), rule_target_);
        project_onto_manifold(h);
    }
    rule_error_ = system_.rule_error();
    rule_limit_ = std::max(rule_target_, 2.0 * rule_error_);
    stepper_ = std::make_unique<Stepper>(system_, step_control(config), h);
    check_state();
    check_stability();
}

std::vector<double> SiteSolver::initial_state() const {
    const std::size_t sites = system_.sites();
    std::vector<double> u(system_.rows() * sites);
    std::string complaint;
    for (std::size_t a = 0; a < system_.populations(); ++a) {
        const model::Population& population = system_.balance().model().population(a);
        double* mean = u.data() + a * sites;
        double* variance = u.data() + system_.variance_row(a) * sites;
        lattice_.evaluate(population.mean, 0.0, mean);
        lattice_.evaluate(population.variance, 0.0, variance);
        for (std::size_t s = 0; s < sites; ++s) {
            if (!(variance[s] >= 0.0) || !std::isfinite(variance[s]) || !std::isfinite(mean[s])) {
                complaint =
                    fmt::format("population {}: at x = {:.6g} the initial mean is {:.6g} "
                                "and the initial variance {:.6g}",
                                population.name, lattice_.position(s)[0], mean[s], variance[s]);
            }
        }
    }
    for (std::size_t pair = 0; pair < system_.pairs(); ++pair) {
        lattice_.evaluate(system_.balance().model().covariances()[pair].value, 0.0,
                          u.data() + system_.covariance_row(pair) * sites);
    }
    complaint = comm_.first_text(complaint);
    if (!complaint.empty()) {
        throw NumericsError(complaint);
    }
    return u;
}

StepControl SiteSolver::step_control(const config::Config& config) const {
    const std::vector<double>& u = system_.state();
    // Errors count against the size of the states, at most 1.
    const std::size_t means = system_.populations() * system_.sites();
    double scale = 0.0;
    for (std::size_t i = 0; i < means; ++i) {
        scale = std::max(scale, std::abs(u[i]) + std::sqrt(u[means + i]));
    }
    scale = comm_.max(scale);
    scale = scale > 0.0 ? std::min(scale, 1.0) : 1.0;
    StepControl control;
    control.time_step = config.field.time_step;
    control.tolerance = config.field.tolerance;
    control.mean_scale = scale;
    control.variance_scale = scale * scale;
    return control;
}

void SiteSolver::step(double t_stop) {
    // Rules that turn out too coarse for the new state were so during the step: where that leaves a
    // trace, it is made again with better ones.
    const bool repeats = !stepper_->forgets_errors();
    const double begin = time();
    const double planned = stepper_->next_step();
    const std::vector<double> first = repeats ? system_.state() : std::vector<double>();
    const Eigen::VectorXd first_h = stepper_->multipliers();
    stepper_->step(t_stop);
    check_state();
    while (!rules_suffice()) {
        if (!repeats) {
            settle(stepper_->multipliers(), stepper_->next_step());
            break;
        }
        system_.evaluate(begin, first);
        settle(first_h, planned);
        stepper_->step(t_stop);
        check_state();
    }
    const bool due = ++steps_since_check_ == steps_between_checks;
    if (due) {
        steps_since_check_ = 0;
    }
    if (due || stepper_->time() == t_stop) {
        check_stability();
    }
}

/// Looks how far the rules are off at the present state and chooses better ones where they are off
/// by more than was meant; false when there were such.
bool SiteSolver::rules_suffice() {
    const double error = system_.rule_error();
    if (error <= rule_limit_) {
        rule_error_ = std::max(rule_error_, error);
        return true;
    }
    system_.choose_rules(system_.state(), 0.1 * rule_target_);
    const double better = system_.rule_error();
    rule_limit_ = std::max(rule_target_, 2.0 * better); // all that there is: do not ask for more
    return false;
}

/// Moves the system's state onto the manifold as new rules see it, and goes on from there; h with
/// it where it follows from the state.
void SiteSolver::settle(Eigen::VectorXd h, double next_step) {
    project_onto_manifold(h);
    stepper_->restart(h);
    stepper_->set_next_step(next_step);
}

void SiteSolver::project_onto_manifold(Eigen::VectorXd& h) {
    if (system_.epsilon() > 0.0) {
        project_means(system_, h);
    } else {
        project_means(system_, Eigen::VectorXd::Zero(h.size()));
        h = system_.slow_multipliers();
    }
}

void SiteSolver::check_state() const {
    const std::string complaint = comm_.first_text(state_complaint(system_));
    if (!complaint.empty()) {
        throw NumericsError(complaint);
    }
}

void SiteSolver::check_stability() {
    if (system_.multipliers() == 0) {
        return;
    }
    const balance::Spectrum spectrum = balance::spectrum(system_.balance(), system_.jacobian());
    const balance::Stability stability = balance::classify(spectrum);
    const bool lost =
        stability == balance::Stability::unstable || stability == balance::Stability::oscillating;
    if (lost && !unstable_ && warn_) {
        warn_(fmt::format(
            "t = {:.6g}: the balanced manifold does not attract, so that a network leaves it: {}",
            time(),
            balance::in_words(spectrum, static_cast<double>(system_.balance().model().size()))));
    }
    unstable_ = lost;
}

Averages SiteSolver::averages() {
    const std::size_t rows = system_.rows();
    const std::size_t populations = system_.populations();
    const std::size_t modes = system_.balance().layout().basis().size();
    std::vector<double> means(rows * modes);
    balance::SiteAverage::Rows sums = average_.begin(rows, lattice_.basis_rows());
    average_.add(sums, 0, system_.sites(), system_.state().data(), system_.sites());
    average_.finish(sums, means);
    Averages result;
    result.time = time();
    result.mean_modes.assign(means.begin(),
                             means.begin() + static_cast<std::ptrdiff_t>(populations * modes));
    for (std::size_t a = 0; a < populations; ++a) {
        result.variance.push_back(means[system_.variance_row(a) * modes]); // mode 0: the constant
    }
    const Eigen::VectorXd& h = stepper_->multipliers();
    const Eigen::VectorXd& r = system_.balance_residual();
    result.balance.resize(populations * modes);
    result.input.resize(populations * modes);
    system_.balance().scatter(r, result.balance);
    system_.balance().scatter(h, result.input);
    result.balance_error = r.size() == 0 ? 0.0 : (r - system_.epsilon() * h).cwiseAbs().maxCoeff();
    result.spectrum = balance::spectrum(system_.balance(), system_.jacobian());
    return result;
}

SiteFields SiteSolver::fields() const {
    const std::vector<double>& u = system_.state();
    const auto row = [&](std::size_t at) {
        return u.begin() + static_cast<std::ptrdiff_t>(at * system_.sites());
    };
    const auto variance = row(system_.variance_row(0));
    const auto covariance = row(system_.covariance_row(0));
    return {{u.begin(), variance}, {variance, covariance}, {covariance, u.end()}};
}

Quadrature SiteSolver::quadrature() {
    rule_error_ = std::max(rule_error_, system_.rule_error());
    return {rule_target_, rule_error_, system_.methods()};
}

Effort SiteSolver::effort() const {
    return {stepper_->counts().steps, stepper_->counts().rejected, system_.evaluations(),
            events().seconds(static_cast<std::size_t>(Event::expectations)),
            events().seconds(static_cast<std::size_t>(Event::moments))};
}

SavedState SiteSolver::save() {
    const std::size_t sites = system_.sites();
    const std::size_t rows = system_.rows();
    SavedState saved;
    saved.time = time();
    saved.next_step = stepper_->next_step();
    saved.first_site = lattice_.first();
    saved.sites = static_cast<std::int64_t>(sites);
    saved.stride = static_cast<std::int64_t>(rows);
    saved.values.resize(rows * sites);
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t s = 0; s < sites; ++s) {
            saved.values[s * rows + row] = system_.state()[row * sites + s];
        }
    }
    saved.multipliers.assign(stepper_->multipliers().begin(), stepper_->multipliers().end());
    saved.rules = system_.save_rules();
    saved.rules.push_back(rule_limit_);
    saved.rule_error = rule_error_;
    saved.steps_since_check = steps_since_check_;
    return saved;
}

void SiteSolver::restore(const SavedState& saved) {
    const std::size_t sites = system_.sites();
    const std::size_t rows = system_.rows();
    ensure(saved.values.size() == rows * sites &&
               static_cast<Eigen::Index>(saved.multipliers.size()) == system_.multipliers(),
           "a saved state fits the solver");
    system_.restore_rules(std::span(saved.rules).first(saved.rules.size() - 1));
    rule_limit_ = saved.rules.back();
    rule_error_ = saved.rule_error;
    steps_since_check_ = saved.steps_since_check;
    std::vector<double> u(rows * sites);
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t s = 0; s < sites; ++s) {
            u[row * sites + s] = saved.values[s * rows + row];
        }
    }
    system_.evaluate(saved.time, u);
    stepper_->restart(
        Eigen::Map<const Eigen::VectorXd>(saved.multipliers.data(), system_.multipliers()));
    stepper_->set_next_step(saved.next_step);
}

} // namespace equipoise::field
