#include "equipoise/kinetic/stepper.hpp"

#include "equipoise/balance/spectrum.hpp"
#include "equipoise/kinetic/events.hpp"
#include "equipoise/kinetic/manifold.hpp"
#include "equipoise/parallel/petsc.hpp"
#include "equipoise/parallel/petsc_step.hpp"
#include "equipoise/util/errors.hpp"

#include <fmt/format.h>
#include <petscdmcomposite.h>
#include <petscdmda.h>
#include <petscdmredundant.h>

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

} // namespace

Stepper::Stepper(System& system, const StepControl& control, double t, const std::vector<double>& u,
                 const Eigen::VectorXd& h)
    : system_(&system), control_(control), limiter_(system.lines().grid()), petsc_(system),
      time_(t) {
    register_events();
    create_objects();
    restore({{t, u, h}});
    first_step_ = control.time_step.value_or(0.1 * std::sqrt(control.tolerance));
    next_step_ = first_step_;
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
    std::vector<std::int64_t> counts(static_cast<std::size_t>(comm.size()), 0);
    counts[static_cast<std::size_t>(comm.rank())] = static_cast<std::int64_t>(lines.count());
    comm.sum(counts);
    const std::vector<PetscInt> rows(counts.begin(), counts.end());
    const PetscInt all = populations * static_cast<PetscInt>(system_->lattice().global());
    EQUIPOISE_PETSC(DMDACreate2d(comm.handle(), DM_BOUNDARY_NONE, DM_BOUNDARY_NONE,
                                 DMDA_STENCIL_STAR, stride, all, 1, comm.size(), 1, 0, nullptr,
                                 rows.data(), lines_dm_.out()));
    EQUIPOISE_PETSC(DMSetOptionsPrefix(lines_dm_.get(), "kinetic_"));
    EQUIPOISE_PETSC(DMSetUp(lines_dm_.get()));
    EQUIPOISE_PETSC(DMCompositeCreate(comm.handle(), dm_.out()));
    EQUIPOISE_PETSC(DMCompositeAddDM(dm_.get(), lines_dm_.get()));
    if (system_->multipliers() > 0) {
        EQUIPOISE_PETSC(DMRedundantCreate(comm.handle(), 0,
                                          static_cast<PetscInt>(system_->multipliers()),
                                          multipliers_dm_.out()));
        EQUIPOISE_PETSC(DMCompositeAddDM(dm_.get(), multipliers_dm_.get()));
    }
    EQUIPOISE_PETSC(DMSetUp(dm_.get()));
    EQUIPOISE_PETSC(DMCreateGlobalVector(dm_.get(), solution_.out()));
    EQUIPOISE_PETSC(
        PetscObjectSetName(reinterpret_cast<PetscObject>(solution_.get()), "kinetic_state"));

    EQUIPOISE_PETSC(TSCreate(comm.handle(), ts_.out()));
    TS ts = ts_.get();
    EQUIPOISE_PETSC(TSSetOptionsPrefix(ts, "kinetic_"));
    EQUIPOISE_PETSC(TSSetDM(ts, dm_.get()));
    EQUIPOISE_PETSC(TSSetProblemType(ts, TS_NONLINEAR));
    EQUIPOISE_PETSC(TSSetEquationType(ts, TS_EQ_DAE_IMPLICIT_INDEX2));
    EQUIPOISE_PETSC(TSSetType(ts, TSBDF));
    EQUIPOISE_PETSC(TSBDFSetOrder(ts, 2));
    EQUIPOISE_PETSC(TSSetSolution(ts, solution_.get()));
    EQUIPOISE_PETSC(TSSetExactFinalTime(ts, TS_EXACTFINALTIME_STEPOVER)); // step() sees to it
    EQUIPOISE_PETSC(TSSetErrorIfStepFails(ts, PETSC_FALSE));
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
    petsc_.attach(ts, solution_.get());
    EQUIPOISE_PETSC(TSSetFromOptions(ts));
}

void Stepper::set_tolerances() {
    // The error estimate is the largest over densities and means: a maximum does not depend on how
    // the sites are shared out, nor then does the choice of steps.
    PetscBool given = PETSC_FALSE;
    EQUIPOISE_PETSC(PetscOptionsHasName(nullptr, "kinetic_", "-ts_adapt_wnormtype", &given));
    if (given == PETSC_FALSE) {
        EQUIPOISE_PETSC(PetscOptionsSetValue(nullptr, "-kinetic_ts_adapt_wnormtype", "infinity"));
    }
    const LineLayout at = system_->lines().layout();
    std::vector<double> weights(system_->local_size(), control_.tolerance * control_.density_scale);
    for (std::size_t line = 0; line < system_->lines().count(); ++line) {
        weights[line * at.stride() + at.mean()] = control_.tolerance * control_.mean_scale;
        weights[line * at.stride() + at.drift()] = no_control;
    }
    parallel::VecHandle vector;
    EQUIPOISE_PETSC(VecDuplicate(solution_.get(), vector.out()));
    petsc_.store(weights, Eigen::VectorXd::Constant(system_->multipliers(), no_control),
                 vector.get());
    EQUIPOISE_PETSC(TSSetTolerances(ts_.get(), control_.tolerance, vector.get(), 0.0, nullptr));
}

void Stepper::evaluate_present() {
    petsc_.evaluate(time_, state_, multipliers_);
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
        time_, dt, reason, cause));
}

void Stepper::step(double t_stop) {
    TS ts = ts_.get();
    if (counts_.steps == 0) {
        EQUIPOISE_PETSC(TSMonitor(ts, 0, time_, solution_.get()));
    }
    if (next_step_ < smallest_step_part * first_step_) {
        fail(next_step_, "the step has become too small");
    }
    petsc_.clear_complaint();
    past_.push_back({time_, state_, multipliers_});
    if (past_.size() > earlier_states) {
        past_.pop_front();
    }
    parallel::StepState now{time_, last_step_, next_step_};
    EQUIPOISE_PETSC(PetscLogStagePush(kinetic_stage()));
    const TSConvergedReason reason =
        parallel::take_step(ts, now, control_.time_step, t_stop, [&](PetscErrorCode code) {
            EQUIPOISE_PETSC(PetscLogStagePop());
            petsc_.check(code, "TSStep");
        });
    if (reason < 0) {
        fail(now.last_step, TSConvergedReasons[reason]);
    }
    time_ = now.time;
    last_step_ = now.last_step;
    next_step_ = now.next_step;
    petsc_.load(solution_.get(), state_, multipliers_);
    limit(last_step_);
    PetscInt count = 0;
    ++counts_.steps;
    EQUIPOISE_PETSC(TSGetStepRejections(ts, &count));
    counts_.rejected = count - replayed_rejections_;
    EQUIPOISE_PETSC(TSGetSNESIterations(ts, &count));
    counts_.newton = count - replayed_iterations_;
    EQUIPOISE_PETSC(TSMonitor(ts, static_cast<PetscInt>(counts_.steps), time_, solution_.get()));
}

void Stepper::limit(double dt) {
    const ScopedEvent event(Event::limiter);
    const Lines& lines = system_->lines();
    const LineLayout at = lines.layout();
    std::int64_t limited = 0;
    bool changed = false;
    for (std::size_t line = 0; line < lines.count(); ++line) {
        double* state = state_.data() + line * at.stride();
        if (*std::min_element(state, state + at.cells) >= 0.0) {
            continue;
        }
        changed = true;
        if (limiter_.apply(lines.model().population(lines.population(line)),
                           past_.back().values.data() + line * at.stride(), dt, state[at.mean()],
                           state[at.drift()], state)) {
            ++limited;
        }
    }
    limited = system_->communicator().sum(limited);
    if (limited > 0) {
        ++counts_.limited_steps;
        counts_.limited_lines += limited;
        project_means(*system_, time_, state_.data(), multipliers_);
        petsc_.forget_evaluation(); // the system has seen other states meanwhile
    }
    if (system_->communicator().any(changed)) {
        // Written back for the next step's history; the change is within the step's error, so the
        // formula need not start anew.
        petsc_.store(state_, multipliers_, solution_.get());
    }
}

std::vector<PastState> Stepper::history() const {
    std::vector<PastState> states(past_.begin(), past_.end());
    states.push_back({time_, state_, multipliers_});
    return states;
}

void Stepper::set_present(const PastState& state) {
    time_ = state.time;
    state_ = state.values;
    multipliers_ = state.multipliers;
    petsc_.store(state_, multipliers_, solution_.get());
    EQUIPOISE_PETSC(TSSetTime(ts_.get(), time_));
}

/// A step of the formula from the present state, whose result is thrown away for the one known from
/// before: TSBDF has no other door through which earlier states could be handed to it. It takes
/// what it remembers of a step from the solution vector when the next step begins.
void Stepper::replay(const PastState& next) {
    TS ts = ts_.get();
    past_.push_back({time_, state_, multipliers_});
    EQUIPOISE_PETSC(TSSetTimeStep(ts, next.time - time_));
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
    petsc_.forget_evaluation();
    EQUIPOISE_PETSC(TSGetStepRejections(ts_.get(), &replayed_rejections_));
    EQUIPOISE_PETSC(TSGetSNESIterations(ts_.get(), &replayed_iterations_));
    counts_ = {};
}

} // namespace equipoise::kinetic
