#include "equipoise/kinetic/stepper.hpp"

#include "equipoise/balance/spectrum.hpp"
#include "equipoise/kinetic/events.hpp"
#include "equipoise/kinetic/manifold.hpp"
#include "equipoise/parallel/petsc.hpp"
#include "equipoise/util/errors.hpp"

#include <fmt/format.h>
#include <petscdmda.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace equipoise::kinetic {

namespace {

/// The formula of second order and its error estimate look at so many states before the present
/// one; that is also where the half step with which it starts is forgotten.
constexpr std::size_t earlier_states = 2;

/// A weight that takes an unknown out of the error estimate.
constexpr double no_control = 1e100;

/// Adaptive steps below this part of the first one end the run: the solution has come to its end.
constexpr double smallest_step_part = 1e-7;

/// Mass that may be moved to make a density positive: a tenth of the error allowed in a step, or
/// far below that of any fixed step.
double negligible_undershoot(const StepControl& control) {
    constexpr double with_fixed_step = 1e-8; // as boundary_mass
    return control.time_step.has_value() ? with_fixed_step : 0.1 * control.tolerance;
}

} // namespace

Stepper::Stepper(System& system, const StepControl& control, double t, const std::vector<double>& u,
                 const Eigen::VectorXd& h)
    : system_(&system), control_(control),
      limiter_(system.lines().grid(), negligible_undershoot(control)), petsc_(system),
      newton_(system, petsc_, limiter_, control.mean_scale) {
    register_events();
    create_objects();
    restore({{t, u, h}});
    first_step_ = control.time_step.value_or(0.1 * std::sqrt(control.tolerance));
    now_.next_step = first_step_;
    EQUIPOISE_PETSC(TSSetUp(ts_.get()));
    EQUIPOISE_PETSC(TSViewFromOptions(ts_.get(), nullptr, "-ts_view"));
}

Stepper::~Stepper() = default;

void Stepper::create_objects() {
    const parallel::Communicator& comm = system_->communicator();
    const Lines& lines = system_->lines();
    const auto stride = static_cast<PetscInt>(lines.layout().stride());
    const auto populations = static_cast<PetscInt>(lines.model().population_count());
    // A line is a row of the distributed array: y runs fastest and is never split, and a site's
    // populations stay together.
    const std::vector<PetscInt> rows = parallel::rows_by_rank(comm, lines.count());
    const PetscInt all = populations * static_cast<PetscInt>(system_->lattice().global());
    EQUIPOISE_PETSC(DMDACreate2d(comm.handle(), DM_BOUNDARY_NONE, DM_BOUNDARY_NONE,
                                 DMDA_STENCIL_STAR, stride, all, 1, comm.size(), 1, 0, nullptr,
                                 rows.data(), lines_dm_.out()));
    EQUIPOISE_PETSC(DMSetOptionsPrefix(lines_dm_.get(), "kinetic_"));
    EQUIPOISE_PETSC(DMSetUp(lines_dm_.get()));
    layout_.create(comm, lines_dm_.get(), static_cast<PetscInt>(system_->multipliers()),
                   "kinetic_state");
    parallel::create_ts(comm, "kinetic_", layout_, ts_);
    TS ts = ts_.get();
    EQUIPOISE_PETSC(TSSetEquationType(ts, TS_EQ_DAE_IMPLICIT_INDEX2));
    EQUIPOISE_PETSC(TSSetType(ts, TSBDF));
    EQUIPOISE_PETSC(TSBDFSetOrder(ts, 2));
    TSAdapt adapt = nullptr;
    EQUIPOISE_PETSC(TSGetAdapt(ts, &adapt));
    if (control_.time_step.has_value()) {
        EQUIPOISE_PETSC(TSAdaptSetType(adapt, TSADAPTNONE));
    } else {
        set_tolerances();
        EQUIPOISE_PETSC(TSAdaptSetType(adapt, TSADAPTBASIC));
        // Twice: the formula is stable for steps that grow less than 2.4 fold.
        EQUIPOISE_PETSC(TSAdaptSetClip(adapt, 0.1, 2.0));
    }
    // Where Newton's method fails, the step is tried again with a quarter of its length; so too a
    // fixed step, which may be far longer than all that happens within it.
    EQUIPOISE_PETSC(TSSetMaxSNESFailures(ts, -1));
    EQUIPOISE_PETSC(TSSetMaxStepRejections(ts, 15));
    petsc_.attach(ts, layout_.state.get());
    SNES snes = nullptr;
    EQUIPOISE_PETSC(TSGetSNES(ts, &snes));
    newton_.attach(snes, layout_.state.get());
    EQUIPOISE_PETSC(TSSetFromOptions(ts));
    KSP ksp = nullptr; // which a shell SNES does not know to have
    EQUIPOISE_PETSC(SNESGetKSP(snes, &ksp));
    EQUIPOISE_PETSC(KSPSetFromOptions(ksp));
}

void Stepper::set_tolerances() {
    parallel::default_to_maximum_norm("kinetic_");
    const LineLayout at = system_->lines().layout();
    std::vector<double> weights(system_->local_size(), control_.tolerance * control_.density_scale);
    for (std::size_t line = 0; line < system_->lines().count(); ++line) {
        weights[line * at.stride() + at.mean()] = control_.tolerance * control_.mean_scale;
        weights[line * at.stride() + at.drift()] = no_control;
    }
    parallel::VecHandle vector;
    EQUIPOISE_PETSC(VecDuplicate(layout_.state.get(), vector.out()));
    petsc_.store(weights, Eigen::VectorXd::Constant(system_->multipliers(), no_control),
                 vector.get());
    EQUIPOISE_PETSC(TSSetTolerances(ts_.get(), control_.tolerance, vector.get(), 0.0, nullptr));
}

void Stepper::evaluate_present() {
    if (!evaluated_) {
        system_->evaluate(now_.time, state_.data(), multipliers_);
        evaluated_ = true;
    }
}

void Stepper::fail(double dt, const std::string& reason) {
    std::string cause = petsc_.complaint();
    if (cause.empty()) {
        cause = "Newton's method did not converge or the error stayed too large; take a smaller "
                "kinetic.time_step, or leave it out and give kinetic.tolerance";
    }
    // Where the balance is about to be lost, J becomes singular.
    evaluate_present();
    const balance::Spectrum spectrum =
        balance::spectrum(system_->coupling().balance(), system_->jacobian());
    const auto weakest =
        std::min_element(spectrum.eigenvalues.begin(), spectrum.eigenvalues.end(),
                         [](const auto& a, const auto& b) { return std::abs(a) < std::abs(b); });
    if (weakest != spectrum.eigenvalues.end()) {
        const auto at = static_cast<std::size_t>(weakest - spectrum.eigenvalues.begin());
        cause += fmt::format("; the balance is weakest in {}, where J has an eigenvalue of size "
                             "{:.2g} (at 0 the balanced state ends)",
                             spectrum.unknowns[at], std::abs(*weakest));
    }
    throw NumericsError(fmt::format(
        "the kinetic solver made no step at t = {:.6g} with a step of {:.3g} or less ({}): {}",
        now_.time, dt, reason, cause));
}

void Stepper::step(double t_stop) {
    TS ts = ts_.get();
    if (counts_.steps == 0) {
        EQUIPOISE_PETSC(TSMonitor(ts, 0, now_.time, layout_.state.get()));
    }
    if (now_.next_step < smallest_step_part * first_step_) {
        fail(now_.next_step, "the step has become too small");
    }
    petsc_.clear_complaint();
    evaluated_ = false;
    newton_.expect_good_guess(past_.size() + 1 >= earlier_states);
    PastState present; // in the place of the oldest one, whose memory it takes
    if (past_.size() == earlier_states) {
        present = std::move(past_.front());
        past_.pop_front();
    }
    present.time = now_.time;
    present.values = state_;
    present.multipliers = multipliers_;
    past_.push_back(std::move(present));
    EQUIPOISE_PETSC(PetscLogStagePush(kinetic_stage()));
    const TSConvergedReason reason =
        parallel::take_step(ts, now_, control_.time_step, t_stop, [&](PetscErrorCode code) {
            EQUIPOISE_PETSC(PetscLogStagePop());
            petsc_.check(code, "TSStep");
        });
    if (reason < 0) {
        fail(now_.last_step, TSConvergedReasons[reason]);
    }
    petsc_.load(layout_.state.get(), state_, multipliers_);
    limit(now_.last_step);
    PetscInt count = 0;
    ++counts_.steps;
    EQUIPOISE_PETSC(TSGetStepRejections(ts, &count));
    counts_.rejected = count - replayed_rejections_;
    EQUIPOISE_PETSC(TSGetSNESIterations(ts, &count));
    counts_.newton = count - replayed_iterations_;
    EQUIPOISE_PETSC(
        TSMonitor(ts, static_cast<PetscInt>(counts_.steps), now_.time, layout_.state.get()));
}

void Stepper::limit(double dt) {
    const ScopedEvent event(Event::limiter);
    const Lines& lines = system_->lines();
    const LineLayout at = lines.layout();
    std::int64_t limited = 0;
    bool changed = false;
    bool moved = false;
    for (std::size_t line = 0; line < lines.count(); ++line) {
        double* state = state_.data() + line * at.stride();
        const Undershoot undershoot =
            limiter_.apply(lines.model().population(lines.population(line)),
                           past_.back().values.data() + line * at.stride(), dt, state[at.mean()],
                           state[at.drift()], state);
        changed = changed || undershoot != Undershoot::none;
        moved = moved || undershoot >= Undershoot::moved;
        limited += undershoot == Undershoot::large ? 1 : 0;
    }
    std::vector<std::int64_t> counts{limited, moved ? 1 : 0, changed ? 1 : 0};
    system_->communicator().sum(counts);
    if (counts[0] > 0) {
        ++counts_.limited_steps;
        counts_.limited_lines += counts[0];
    }
    if (counts[1] > 0) {
        project_means(*system_, now_.time, state_.data(), multipliers_);
    }
    if (counts[2] > 0) {
        // Written back for the next step's history; the change is within the step's error, so the
        // formula need not start anew.
        petsc_.store(state_, multipliers_, layout_.state.get());
    }
}

std::vector<PastState> Stepper::history() const {
    std::vector<PastState> states(past_.begin(), past_.end());
    states.push_back({now_.time, state_, multipliers_});
    return states;
}

void Stepper::set_present(const PastState& state) {
    now_.time = state.time;
    state_ = state.values;
    multipliers_ = state.multipliers;
    petsc_.store(state_, multipliers_, layout_.state.get());
    EQUIPOISE_PETSC(TSSetTime(ts_.get(), now_.time));
}

/// A step of the formula from the present state, whose result is thrown away for the one known from
/// before: TSBDF has no other door through which earlier states could be handed to it. It takes
/// what it remembers of a step from the solution vector when the next step begins.
void Stepper::replay(const PastState& next) {
    TS ts = ts_.get();
    past_.push_back({now_.time, state_, multipliers_});
    EQUIPOISE_PETSC(TSSetTimeStep(ts, next.time - now_.time));
    EQUIPOISE_PETSC(TSSetMaxTime(ts, next.time));
    TSAdapt adapt = nullptr;
    EQUIPOISE_PETSC(TSGetAdapt(ts, &adapt));
    EQUIPOISE_PETSC(TSAdaptSetAlwaysAccept(adapt, PETSC_TRUE));
    petsc_.check(TSStep(ts), "TSStep");
    EQUIPOISE_PETSC(TSAdaptSetAlwaysAccept(adapt, PETSC_FALSE));
    TSConvergedReason reason = TS_CONVERGED_ITERATING;
    EQUIPOISE_PETSC(TSGetConvergedReason(ts, &reason));
    if (reason < 0) {
        throw NumericsError(fmt::format("the kinetic solver cannot go on from the state saved at t "
                                        "= {:.6g}: {}",
                                        next.time, TSConvergedReasons[reason]));
    }
    set_present(next);
}

void Stepper::restore(const std::vector<PastState>& history) {
    past_.clear();
    set_present(history.front());
    EQUIPOISE_PETSC(TSRestartStep(ts_.get()));
    for (std::size_t i = 1; i < history.size(); ++i) {
        replay(history[i]);
    }
    evaluated_ = false;
    EQUIPOISE_PETSC(TSGetStepRejections(ts_.get(), &replayed_rejections_));
    EQUIPOISE_PETSC(TSGetSNESIterations(ts_.get(), &replayed_iterations_));
    counts_ = {};
}

} // namespace equipoise::kinetic
