#include "equipoise/kinetic/site_solver.hpp"

#include "equipoise/balance/spectrum.hpp"
#include "equipoise/kinetic/events.hpp"
#include "equipoise/kinetic/initial_density.hpp"
#include "equipoise/kinetic/manifold.hpp"
#include "equipoise/kinetic/statistics.hpp"
#include "equipoise/util/errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace equipoise::kinetic {

namespace {

/// Eigenvalues cost the cube of J's size: they are looked at after this many steps.
constexpr std::int64_t steps_between_stability_checks = 16;

double largest(const Eigen::VectorXd& values) {
    return values.size() == 0 ? 0.0 : values.cwiseAbs().maxCoeff();
}

/// Seconds in the events so far, in whatever solver of the process.
StepSeconds event_seconds() {
    return {event_seconds(Event::assembly), event_seconds(Event::solve),
            event_seconds(Event::moments)};
}

/// Standard deviations on either side that an automatic range leaves for a Gaussian.
constexpr double deviations_in_range = 7.1;

} // namespace

SiteSolver::SiteSolver(const parallel::Communicator& comm, const balance::Balance& balance,
                       const config::Config& config, std::int64_t first_site,
                       std::int64_t local_sites, Warning warn)
    : comm_(comm), balance_(&balance),
      lattice_(balance.layout(), config.domain,
               balance::Lattice::counts(config.domain.kind, config.kinetic.sites), first_site,
               local_sites, "kinetic.sites"),
      stop_when_unstable_(config.kinetic.stop_when_unstable), warn_(std::move(warn)) {
    start(config);
    average_ = std::make_unique<balance::SiteAverage>(comm_, lattice_);
    check_state();
    check_stability();
}

std::vector<double> SiteSolver::initial_state() const {
    const Lines& lines = system_->lines();
    const LineLayout at = lines.layout();
    std::vector<double> u(system_->local_size());
    for (std::size_t line = 0; line < lines.count(); ++line) {
        const model::Population& population = lines.model().population(lines.population(line));
        const model::Position& x = lattice_.position(lines.site(line));
        double* state = u.data() + line * at.stride();
        const std::size_t neighbour = line - std::min(line, lines.populations()); // the last site's
        const double variance = population.variance(x, 0.0);
        if (neighbour + lines.populations() == line &&
            variance == population.variance(lattice_.position(lines.site(neighbour)), 0.0)) {
            std::copy_n(u.data() + neighbour * at.stride(), at.cells, state);
        } else {
            gaussian_density(lines.grid(), variance, state);
        }
        state[at.mean()] = population.mean(x, 0.0);
    }
    return u;
}

/// Initial variances and, in a state u or as configured where it is empty, means over all sites.
std::vector<Spread> SiteSolver::spreads(const std::vector<double>& u) const {
    const model::Model& model = balance_->model();
    const std::size_t populations = model.population_count();
    constexpr double nothing = -std::numeric_limits<double>::infinity();
    std::vector<double> extremes(3 * populations, nothing);
    std::string complaint;
    for (std::size_t s = 0; s < lattice_.size(); ++s) {
        for (std::size_t a = 0; a < populations; ++a) {
            const model::Population& population = model.population(a);
            const model::Position& x = lattice_.position(s);
            const double variance = population.variance(x, 0.0);
            double mean = population.mean(x, 0.0);
            if (!(variance >= 0.0) || !std::isfinite(variance) || !std::isfinite(mean)) {
                complaint = fmt::format("population {}: at x = {:.6g} the initial mean is {:.6g} "
                                        "and the initial variance {:.6g}",
                                        population.name, x[0], mean, variance);
            }
            if (!u.empty()) {
                const LineLayout at = system_->lines().layout();
                mean = u[(s * populations + a) * at.stride() + at.mean()];
            }
            double* extreme = extremes.data() + 3 * a;
            extreme[0] = std::max(extreme[0], variance);
            extreme[1] = std::max(extreme[1], -mean);
            extreme[2] = std::max(extreme[2], mean);
        }
    }
    complaint = comm_.first_text(complaint);
    if (!complaint.empty()) {
        throw NumericsError(complaint);
    }
    comm_.max(extremes);
    std::vector<Spread> result;
    for (std::size_t a = 0; a < populations; ++a) {
        result.push_back({extremes[3 * a], -extremes[3 * a + 1], extremes[3 * a + 2]});
    }
    return result;
}

void SiteSolver::start(const config::Config& config) {
    const model::Model& model = balance_->model();
    const double epsilon = config.kinetic.size == config::SystemSize::network
                               ? 1.0 / std::sqrt(static_cast<double>(model.size()))
                               : 0.0;
    std::array<double, 2> range = choose_range(config, model, spreads({}));
    std::vector<double> u;
    Eigen::VectorXd h;
    // The range depends on the means, and the means on the manifold on the grid: a second pass
    // where the projection moved them far.
    for (int pass = 0; pass < 3; ++pass) {
        const Grid grid{range[0], range[1], static_cast<std::size_t>(config.kinetic.cells)};
        system_ = std::make_unique<System>(comm_, *balance_, grid, lattice_, epsilon);
        u = initial_state();
        const Projection projection = project_state(*system_, 0.0, u.data(), h);
        projection_ = {projection.residual, projection.largest_change};
        const std::array<double, 2> next = choose_range(config, model, spreads(u));
        const double change = std::max(std::abs(next[0] - range[0]), std::abs(next[1] - range[1]));
        if (change <= 0.02 * (range[1] - range[0])) {
            break;
        }
        range = next;
    }
    const Grid& grid = system_->lines().grid();
    const double deviation = 0.5 * (grid.upper - grid.lower) / deviations_in_range;
    StepControl control;
    control.time_step = config.kinetic.time_step;
    control.tolerance = config.kinetic.tolerance;
    control.density_scale = 0.4 / deviation;
    control.mean_scale = deviation;
    system_->release();
    stepper_ = std::make_unique<Stepper>(*system_, control, 0.0, u, h);
}

void SiteSolver::step(double t_stop) {
    const StepSeconds before = event_seconds();
    stepper_->step(t_stop);
    check_state();
    if (stepper_->counts().steps % steps_between_stability_checks == 0 ||
        stepper_->time() == t_stop) {
        check_stability();
    }
    const StepSeconds after = event_seconds();
    step_seconds_.assembly += after.assembly - before.assembly;
    step_seconds_.solve += after.solve - before.solve;
    step_seconds_.moments += after.moments - before.moments;
}

void SiteSolver::check_state() const {
    const Lines& lines = system_->lines();
    const LineLayout at = lines.layout();
    std::string complaint;
    const bool sound = stepper_->looks_sound(boundary_mass / lines.grid().width());
    for (std::size_t line = 0; !sound && line < lines.count() && complaint.empty(); ++line) {
        const double* state = stepper_->state() + line * at.stride();
        const model::Population& population = lines.model().population(lines.population(line));
        const model::Position& x = lattice_.position(lines.site(line));
        const double boundary = lines.grid().width() * std::max(state[0], state[at.cells - 1]);
        const double v = state[at.mean()];
        double outside = 0.0;
        if (population.range.is_bounded()) {
            for (std::size_t k = 0; k < at.cells; ++k) {
                if (!population.range.contains(v + lines.grid().centre(k))) {
                    outside += state[k] * lines.grid().width();
                }
            }
        }
        const auto where = [&] {
            return fmt::format("population {}, x = {:.6g}, t = {:.6g}", population.name, x[0],
                               stepper_->time());
        };
        if (!std::isfinite(v) || !std::isfinite(boundary)) {
            complaint = fmt::format("{}: the kinetic solver's state is not finite; take a smaller "
                                    "kinetic.time_step or kinetic.tolerance",
                                    where());
        } else if (boundary > boundary_mass) {
            complaint = fmt::format(
                "{}: the density has reached the {} end of the range of y, {:.4g} .. {:.4g} (mass "
                "{:.2g} in the outermost cell); give a wider kinetic.range",
                where(), state[0] > state[at.cells - 1] ? "lower" : "upper", lines.grid().lower,
                lines.grid().upper, boundary);
        } else if (outside > boundary_mass) {
            complaint =
                fmt::format("{}: a part {:.2g} of the density lies outside the states "
                            "{:.4g} .. {:.4g} where drift, noise and gains are defined; "
                            "give their tables or expressions a wider range",
                            where(), outside, population.range.lower, population.range.upper);
        }
    }
    complaint = comm_.first_text(complaint);
    if (!complaint.empty()) {
        throw NumericsError(complaint);
    }
}

void SiteSolver::check_stability() {
    stepper_->evaluate_present();
    const balance::Spectrum spectrum = balance::spectrum(*balance_, system_->jacobian());
    const balance::Stability stability = balance::classify(spectrum);
    const bool lost =
        stability == balance::Stability::unstable || stability == balance::Stability::oscillating;
    if (lost && !unstable_) {
        const std::string text = fmt::format(
            "t = {:.6g}: the balanced manifold does not attract, so that a network leaves it: {}",
            time(), balance::in_words(spectrum, static_cast<double>(balance_->model().size())));
        if (stop_when_unstable_) {
            throw NumericsError(text);
        }
        if (warn_) {
            warn_(text);
        }
    }
    unstable_ = lost;
}

Averages SiteSolver::averages() {
    stepper_->evaluate_present();
    const Lines& lines = system_->lines();
    const LineLayout at = lines.layout();
    const std::size_t populations = lines.model().population_count();
    const std::size_t modes = balance_->layout().basis().size();
    std::vector<double> values(lattice_.size() * 2 * populations); // (site, v of all then K of all)
    std::vector<double> extremes(4, 0.0);
    extremes[2] = -std::numeric_limits<double>::infinity();
    for (std::size_t line = 0; line < lines.count(); ++line) {
        const double* state = stepper_->state() + line * at.stride();
        const DensityStatistics of = density_statistics(lines.grid(), state);
        double* site = values.data() + lines.site(line) * 2 * populations;
        site[lines.population(line)] = state[at.mean()];
        site[populations + lines.population(line)] = of.variance;
        extremes[0] = std::max(extremes[0], std::abs(of.mass_error));
        extremes[1] = std::max(extremes[1], std::abs(of.centre));
        extremes[2] = std::max(extremes[2], -of.smallest);
        extremes[3] = std::max(extremes[3], of.boundary);
    }
    comm_.max(extremes);
    std::vector<double> means(2 * populations * modes);
    average_->compute(values, 2 * populations, lattice_.basis(), modes, means);
    Averages result;
    result.time = time();
    const auto split = means.begin() + static_cast<std::ptrdiff_t>(populations * modes);
    result.mean_modes.assign(means.begin(), split);
    for (std::size_t a = 0; a < populations; ++a) {
        result.variance.push_back(means[(populations + a) * modes]); // mode 0 is the constant
    }
    result.balance.resize(populations * modes);
    result.input.resize(populations * modes);
    balance_->scatter(system_->balance_residual(), result.balance);
    balance_->scatter(stepper_->multipliers(), result.input);
    result.mass_error = extremes[0];
    result.centre_error = extremes[1];
    result.smallest_density = -extremes[2];
    result.boundary_mass = extremes[3];
    result.balance_error =
        largest(system_->balance_residual() - system_->epsilon() * stepper_->multipliers());
    result.spectrum = balance::spectrum(*balance_, system_->jacobian());
    return result;
}

SiteFields SiteSolver::fields() const {
    const Lines& lines = system_->lines();
    const LineLayout at = lines.layout();
    SiteFields result;
    for (std::vector<double>* field :
         {&result.mean, &result.variance, &result.skewness, &result.kurtosis}) {
        field->resize(lines.count());
    }
    for (std::size_t line = 0; line < lines.count(); ++line) {
        const double* state = stepper_->state() + line * at.stride();
        const DensityStatistics of = density_statistics(lines.grid(), state);
        const std::size_t i = lines.population(line) * lattice_.size() + lines.site(line);
        result.mean[i] = state[at.mean()];
        result.variance[i] = of.variance;
        result.skewness[i] = of.skewness;
        result.kurtosis[i] = of.kurtosis;
    }
    return result;
}

std::vector<double> SiteSolver::density(std::size_t population) const {
    const LineLayout at = system_->lines().layout();
    const std::size_t populations = system_->lines().model().population_count();
    std::vector<double> result;
    result.reserve(lattice_.size() * at.cells);
    for (std::size_t s = 0; s < lattice_.size(); ++s) {
        const double* state = stepper_->state() + (s * populations + population) * at.stride();
        result.insert(result.end(), state, state + at.cells);
    }
    return result;
}

Effort SiteSolver::effort() const {
    const StepCounts& counts = stepper_->counts();
    return {counts.steps, counts.rejected, counts.newton, counts.limited_steps};
}

SavedState SiteSolver::save() const {
    const auto populations = static_cast<std::int64_t>(balance_->model().population_count());
    SavedState saved;
    for (PastState& state : stepper_->history()) {
        saved.states.push_back({state.time,
                                std::move(state.values),
                                {state.multipliers.begin(), state.multipliers.end()}});
    }
    saved.next_step = stepper_->next_step();
    saved.first_line = lattice_.first() * populations;
    saved.lines = static_cast<std::int64_t>(system_->lines().count());
    saved.stride = static_cast<std::int64_t>(system_->lines().layout().stride());
    return saved;
}

void SiteSolver::restore(const SavedState& saved) {
    std::vector<PastState> history;
    for (const SavedState::At& at : saved.states) {
        ensure(at.values.size() == system_->local_size() &&
                   static_cast<Eigen::Index>(at.multipliers.size()) == system_->multipliers(),
               "a saved state fits the solver");
        history.push_back(
            {at.time, at.values,
             Eigen::Map<const Eigen::VectorXd>(at.multipliers.data(), system_->multipliers())});
    }
    ensure(!history.empty(), "a saved state holds the present one");
    stepper_->restore(history);
    stepper_->set_next_step(saved.next_step);
}

} // namespace equipoise::kinetic
