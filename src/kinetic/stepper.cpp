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
#include <string_view>

namespace equipoise::kinetic {

namespace {

/// A weight that takes an unknown out of the error estimate.
constexpr double no_control = 1e100;

/// Adaptive steps below this part of the first one end the run: the solution has come to its end.
constexpr double smallest_step_part = 1e-7;

/// Whether options speak of what only PETSc's own solvers have, so that they shall step.
bool asks_for_petsc() {
    std::string type(64, '\0');
    PetscBool given = PETSC_FALSE;
    EQUIPOISE_PETSC(
        PetscOptionsGetString(nullptr, "kinetic_", "-ts_type", type.data(), type.size(), &given));
    if (given == PETSC_TRUE) {
        return std::string_view(type.c_str()) != LinesTs::type;
    }
    char* all = nullptr;
    EQUIPOISE_PETSC(PetscOptionsGetAll(nullptr, &all));
    const std::string options(all);
    EQUIPOISE_PETSC(PetscFree(all));
    constexpr std::array names{"ts_bdf_",
                               "ts_adapt_wnormtype",
                               "snes_type",
                               "snes_linesearch_",
                               "snes_test_jacobian",
                               "snes_rtol",
                               "snes_atol",
                               "snes_stol",
                               "ksp_",
                               "pc_",
                               "mat_"};
    return std::any_of(names.begin(), names.end(), [&](const char* name) {
        return options.find(std::string("-kinetic_") + name) != std::string::npos;
    });
}

} // namespace

Stepper::Stepper(System& system, const StepControl& control, double t, const std::vector<double>& u,
                 const Eigen::VectorXd& h)
    : system_(&system), control_(control), petsc_(system) {
    register_events();
    create_objects();
    std::vector<PastState> present;
    present.push_back({t, u, h});
    restore(present);
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
    // The composite has asked the array for vectors to know their sizes.
    EQUIPOISE_PETSC(DMClearGlobalVectors(lines_dm_.get()));
    EQUIPOISE_PETSC(DMClearLocalVectors(lines_dm_.get()));
    parallel::create_ts(comm, "kinetic_", layout_, ts_);
    TS ts = ts_.get();
    EQUIPOISE_PETSC(TSSetEquationType(ts, TS_EQ_DAE_IMPLICIT_INDEX2));
    const bool fixed = control_.time_step.has_value();
    // A formula of order 2 is stable for steps that grow less than 2.4 fold, of order 3 for less
    // than 1.53 (Hairer, Norsett, Wanner, III.5).
    double growth = 2.0;
    LinesTs::register_type();
    if (asks_for_petsc()) {
        EQUIPOISE_PETSC(TSSetType(ts, TSBDF));
        EQUIPOISE_PETSC(TSBDFSetOrder(ts, 2));
        limiter_.emplace(lines.grid(), negligible_undershoot(control_));
    } else {
        const std::size_t order = LinesTs::order(fixed ? 2 : 3);
        growth = order > 2 ? 1.5 : growth;
        line_stepper_.emplace(*system_, control_, order);
        lines_ts_.emplace(*line_stepper_, petsc_);
        lines_ts_->attach(ts);
    }
    TSAdapt adapt = nullptr;
    EQUIPOISE_PETSC(TSGetAdapt(ts, &adapt));
    if (fixed) {
        EQUIPOISE_PETSC(TSAdaptSetType(adapt, TSADAPTNONE));
    } else {
        EQUIPOISE_PETSC(TSAdaptSetType(adapt, TSADAPTBASIC));
        EQUIPOISE_PETSC(TSAdaptSetClip(adapt, 0.1, growth));
        if (limiter_.has_value()) {
            set_tolerances();
        }
    }
    // Where Newton's method fails, the step is tried again with a quarter of its length; so too a
    // fixed step, which may be far longer than all that happens within it.
    EQUIPOISE_PETSC(TSSetMaxSNESFailures(ts, -1));
    EQUIPOISE_PETSC(TSSetMaxStepRejections(ts, 15));
    petsc_.attach(ts, layout_.state.get());
    EQUIPOISE_PETSC(TSSetFromOptions(ts));
    if (lines_ts_.has_value()) {
        LinesTs::check(ts);
        PetscBool fixed_step = PETSC_FALSE;
        EQUIPOISE_PETSC(
            PetscObjectTypeCompare(reinterpret_cast<PetscObject>(adapt), TSADAPTNONE, &fixed_step));
        line_stepper_->estimate_errors(fixed_step == PETSC_FALSE);
    }
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
        system_->evaluate_balance(now_.time, state());
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

bool Stepper::looks_sound(double largest_at_ends) const {
    return line_stepper_.has_value() && line_stepper_->looks_sound(largest_at_ends);
}

const double* Stepper::state() {
    if (lines_ts_.has_value()) {
        lines_ts_->show_state(ts_.get());
    }
    // The values stay where they are between the calls.
    return parallel::ReadValues(layout_.state.get()).data();
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
    std::vector<double> before;
    if (limiter_.has_value()) {
        before.assign(state(), state() + system_->local_size());
    }
    EQUIPOISE_PETSC(PetscLogStagePush(kinetic_stage()));
    const TSConvergedReason reason =
        parallel::take_step(ts, now_, control_.time_step, t_stop, [&](PetscErrorCode code) {
            EQUIPOISE_PETSC(PetscLogStagePop());
            petsc_.check(code, "TSStep");
        });
    if (reason < 0) {
        fail(now_.last_step, TSConvergedReasons[reason]);
    }
    evaluated_ = false;
    ++counts_.steps;
    std::int64_t limited = 0;
    if (line_stepper_.has_value()) {
        multipliers_ = line_stepper_->multipliers();
        limited = lines_ts_->limited_lines();
    } else {
        limited = limit(before);
    }
    counts_.limited_lines += limited;
    counts_.limited_steps += limited > 0 ? 1 : 0;
    PetscInt count = 0;
    EQUIPOISE_PETSC(TSGetStepRejections(ts, &count));
    counts_.rejected = count - rejections_;
    EQUIPOISE_PETSC(TSGetSNESIterations(ts, &count));
    counts_.newton = count - iterations_;
    EQUIPOISE_PETSC(
        TSMonitor(ts, static_cast<PetscInt>(counts_.steps), now_.time, layout_.state.get()));
}

/// What the default type does by itself: repairs the densities after a step from these states; how
/// many lines needed the limiter.
std::int64_t Stepper::limit(const std::vector<double>& before) {
    const ScopedEvent event(Event::limiter);
    const Lines& lines = system_->lines();
    const LineLayout at = lines.layout();
    std::vector<double> u;
    petsc_.load(layout_.state.get(), u, multipliers_);
    std::int64_t limited = 0;
    bool changed = false;
    bool moved = false;
    for (std::size_t line = 0; line < lines.count(); ++line) {
        double* state = u.data() + line * at.stride();
        const Undershoot undershoot = limiter_->apply(
            lines.model().population(lines.population(line)), before.data() + line * at.stride(),
            now_.last_step, state[at.mean()], state[at.drift()], state);
        changed = changed || undershoot != Undershoot::none;
        moved = moved || undershoot >= Undershoot::moved;
        limited += undershoot == Undershoot::large ? 1 : 0;
    }
    std::vector<std::int64_t> counts{limited, moved ? 1 : 0, changed ? 1 : 0};
    system_->communicator().sum(counts);
    if (counts[1] > 0) {
        project_means(*system_, now_.time, u.data(), multipliers_);
    }
    if (counts[2] > 0) {
        // Written back for the next step's history; the change is within the step's error, so the
        // formula need not start anew.
        petsc_.store(u, multipliers_, layout_.state.get());
    }
    return counts[0];
}

std::vector<PastState> Stepper::history() {
    if (line_stepper_.has_value()) {
        return line_stepper_->history();
    }
    return {{now_.time, {state(), state() + system_->local_size()}, multipliers_}};
}

void Stepper::restore(const std::vector<PastState>& history) {
    const PastState& present = history.back();
    now_.time = present.time;
    multipliers_ = present.multipliers;
    petsc_.store(present.values, multipliers_, layout_.state.get());
    EQUIPOISE_PETSC(TSSetTime(ts_.get(), now_.time));
    EQUIPOISE_PETSC(TSRestartStep(ts_.get()));
    if (line_stepper_.has_value()) {
        line_stepper_->restore(history);
    }
    evaluated_ = false;
    EQUIPOISE_PETSC(TSGetStepRejections(ts_.get(), &rejections_));
    EQUIPOISE_PETSC(TSGetSNESIterations(ts_.get(), &iterations_));
    counts_ = {};
}

} // namespace equipoise::kinetic
