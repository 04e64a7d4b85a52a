#include "equipoise/field/stepper.hpp"

#include "equipoise/balance/solve.hpp"
#include "equipoise/field/events.hpp"
#include "equipoise/field/manifold.hpp"
#include "equipoise/parallel/petsc.hpp"
#include "equipoise/util/errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace equipoise::field {

namespace {

/// The error of h may be this many times that of v: it enters v through its integral only, and
/// where h is fast its own equation damps it.
constexpr double multiplier_slack = 100.0;

/// Where the projection takes a step's error away: the error that it may find.
constexpr double guess_tolerance = 1e-3;

} // namespace

/// What PETSc calls. An exception must not cross PETSc's C frames: it is kept and an error code
/// returned instead; Stepper::run() throws it again.
struct Stepper::Callbacks {
    /// eps = 0: all of d(v, K)/dt. eps > 0: its explicit part, which leaves h alone.
    static PetscErrorCode right_hand_side(TS, PetscReal t, Vec u, Vec f, void* context) {
        auto& stepper = *static_cast<Stepper*>(context);
        return stepper.failure_.guarded([&] {
            const Eigen::VectorXd h = stepper.unknowns_->take(t, u);
            stepper.unknowns_->rates(stepper.is_stiff() ? h : stepper.system_->slow_multipliers(),
                                     f);
        });
    }

    /// The implicit part for eps > 0: d(v, K)/dt = 0, dh/dt - (b + J h)/eps = 0.
    static PetscErrorCode implicit_part(TS, PetscReal t, Vec u, Vec udot, Vec f, void* context) {
        auto& stepper = *static_cast<Stepper*>(context);
        return stepper.failure_.guarded([&] {
            System& system = *stepper.system_;
            stepper.stage_h_ = stepper.unknowns_->take(t, u);
            stepper.stage_drift_ = system.multiplier_drift(stepper.stage_h_);
            EQUIPOISE_PETSC(VecCopy(udot, f));
            stepper.unknowns_->set_multipliers(
                stepper.unknowns_->multipliers(udot) - stepper.stage_drift_ / system.epsilon(), f);
        });
    }

    static PetscErrorCode shift(TS, PetscReal, Vec, Vec, PetscReal shift, Mat a, Mat b,
                                void* context) {
        auto& stepper = *static_cast<Stepper*>(context);
        stepper.shift_ = shift;
        return parallel::mark_assembled(a, b);
    }

    /// The matrix without the influence of v and K on h's equation: its inverse gives v and K of a
    /// stage at once and, when they are right, h.
    static PetscErrorCode solve(PC preconditioner, Vec b, Vec x) {
        void* context = nullptr;
        const PetscErrorCode code = PCShellGetContext(preconditioner, static_cast<void*>(&context));
        if (code != 0) {
            return code;
        }
        auto& stepper = *static_cast<Stepper*>(context);
        return stepper.failure_.guarded([&] {
            System& system = *stepper.system_;
            const Eigen::VectorXd h = stepper.unknowns_->multipliers(b);
            Eigen::MatrixXd matrix = -system.jacobian();
            matrix.diagonal().array() += system.epsilon() * stepper.shift_;
            const balance::MultiplierSolver solver(system.balance(), std::move(matrix));
            EQUIPOISE_PETSC(VecCopy(b, x));
            EQUIPOISE_PETSC(VecScale(x, 1.0 / stepper.shift_));
            stepper.unknowns_->set_multipliers(solver.solve(system.epsilon() * h), x);
        });
    }

    /// Two iterations are exact: the first finds v and K, the second, linear in h, finds h.
    static PetscErrorCode test(SNES, PetscInt iteration, PetscReal, PetscReal, PetscReal norm,
                               SNESConvergedReason* reason, void*) {
        *reason = SNES_CONVERGED_ITERATING;
        if (!std::isfinite(norm)) {
            *reason = SNES_DIVERGED_FNORM_NAN;
        } else if (iteration >= 2) {
            *reason = SNES_CONVERGED_ITS;
        }
        return static_cast<PetscErrorCode>(0);
    }
};

Stepper::Stepper(System& system, const StepControl& control, const Eigen::VectorXd& h)
    : system_(&system), control_(control), unknowns_(Unknowns::of(system)),
      projected_(unknowns_->found_by_projection()) {
    events().register_all();
    create_objects();
    restart(h);
    now_.next_step = control.time_step.value_or(
        unknowns_->time_scale() *
        (projected_ ? 2.0 * std::cbrt(guess_tolerance) : 0.1 * std::pow(control.tolerance, 0.125)));
    EQUIPOISE_PETSC(TSSetUp(ts_.get()));
    EQUIPOISE_PETSC(TSViewFromOptions(ts_.get(), nullptr, "-ts_view"));
}

Stepper::~Stepper() = default;

bool Stepper::is_stiff() const {
    return system_->epsilon() > 0.0 && system_->multipliers() > 0;
}

void Stepper::create_objects() {
    const parallel::Communicator& comm = system_->communicator();
    unknowns_->create(layout_);
    parallel::create_ts(comm, "field_", layout_, ts_);
    TS ts = ts_.get();
    EQUIPOISE_PETSC(TSSetRHSFunction(ts, nullptr, Callbacks::right_hand_side, this));
    if (is_stiff()) {
        choose_additive();
    } else {
        choose_explicit();
    }
    TSAdapt adapt = nullptr;
    EQUIPOISE_PETSC(TSGetAdapt(ts, &adapt));
    if (control_.time_step.has_value()) {
        EQUIPOISE_PETSC(TSAdaptSetType(adapt, TSADAPTNONE));
    } else {
        set_tolerances();
        EQUIPOISE_PETSC(TSAdaptSetType(adapt, TSADAPTBASIC));
        EQUIPOISE_PETSC(TSSetMaxStepRejections(ts, 30));
    }
    EQUIPOISE_PETSC(TSSetFromOptions(ts));
}

void Stepper::choose_explicit() {
    EQUIPOISE_PETSC(TSSetType(ts_.get(), TSRK));
    EQUIPOISE_PETSC(TSRKSetType(ts_.get(), projected_ ? TSRK3BS : TSRK8VR));
}

void Stepper::choose_additive() {
    TS ts = ts_.get();
    EQUIPOISE_PETSC(TSSetType(ts, TSARKIMEX));
    EQUIPOISE_PETSC(TSARKIMEXSetType(ts, TSARKIMEX4));
    parallel::create_shell(layout_.state.get(), this, matrix_);
    EQUIPOISE_PETSC(TSSetIFunction(ts, nullptr, Callbacks::implicit_part, this));
    EQUIPOISE_PETSC(TSSetIJacobian(ts, matrix_.get(), matrix_.get(), Callbacks::shift, this));
    SNES snes = nullptr;
    EQUIPOISE_PETSC(TSGetSNES(ts, &snes));
    SNESLineSearch search = nullptr;
    EQUIPOISE_PETSC(SNESGetLineSearch(snes, &search));
    EQUIPOISE_PETSC(SNESLineSearchSetType(search, SNESLINESEARCHBASIC));
    EQUIPOISE_PETSC(SNESSetConvergenceTest(snes, Callbacks::test, nullptr, nullptr));
    parallel::solve_directly(ts, this, Callbacks::solve, "sites, then multipliers (direct)");
}

void Stepper::set_tolerances() {
    parallel::default_to_maximum_norm("field_");
    const double tolerance = projected_ ? guess_tolerance : control_.tolerance;
    parallel::VecHandle vector;
    EQUIPOISE_PETSC(VecDuplicate(layout_.state.get(), vector.out()));
    unknowns_->fill(tolerance * control_.mean_scale, tolerance * control_.variance_scale,
                    multiplier_slack * tolerance * control_.mean_scale, vector.get());
    EQUIPOISE_PETSC(TSSetTolerances(ts_.get(), tolerance, vector.get(), 0.0, nullptr));
}

void Stepper::step(double t_stop) {
    TS ts = ts_.get();
    if (counts_.steps == 0) {
        EQUIPOISE_PETSC(TSMonitor(ts, 0, now_.time, layout_.state.get()));
    }
    const double t = now_.time;
    EQUIPOISE_PETSC(PetscLogStagePush(events().stage()));
    const TSConvergedReason reason =
        parallel::take_step(ts, now_, control_.time_step, t_stop, [&](PetscErrorCode code) {
            EQUIPOISE_PETSC(PetscLogStagePop());
            failure_.check(code, "TSStep");
        });
    if (reason < 0) {
        throw NumericsError(fmt::format(
            "the field solver made no step at t = {:.6g} with a step of {:.3g} ({}): the error "
            "stayed too large; take a smaller field.time_step, or leave it out and give "
            "field.tolerance",
            t, now_.last_step, TSConvergedReasons[reason]));
    }
    if (now_.time < t_stop && now_.last_step < 1e-12 * std::max(1.0, std::abs(t))) {
        throw NumericsError(fmt::format("the field solver's step has shrunk to {:.3g} at t = "
                                        "{:.6g}: the state blows up there, or jumps",
                                        now_.last_step, t));
    }
    multipliers_ = unknowns_->take(now_.time, layout_.state.get());
    if (is_stiff()) {
        correct_multipliers();
        project_means(*system_, multipliers_);
    } else {
        project_means(*system_, Eigen::VectorXd::Zero(system_->multipliers()));
        multipliers_ = system_->slow_multipliers();
    }
    unknowns_->begin(multipliers_, layout_.state.get());
    EQUIPOISE_PETSC(TSRestartStep(ts)); // the last stage was not quite at this state
    PetscInt rejected = 0;
    ++counts_.steps;
    EQUIPOISE_PETSC(TSGetStepRejections(ts, &rejected));
    counts_.rejected = rejected;
    EQUIPOISE_PETSC(
        TSMonitor(ts, static_cast<PetscInt>(counts_.steps), now_.time, layout_.state.get()));
}

/// The last stage found h for v and K of that stage, which are of lower order than those of the
/// step. The same equation is solved again for the latter: (eps shift - J) change = (b + J h) - (b
/// + J h at the stage).
void Stepper::correct_multipliers() {
    const Eigen::VectorXd excess = system_->multiplier_drift(stage_h_) - stage_drift_;
    Eigen::MatrixXd matrix = -system_->jacobian();
    matrix.diagonal().array() += system_->epsilon() * shift_;
    multipliers_ += balance::MultiplierSolver(system_->balance(), std::move(matrix)).solve(excess);
}

void Stepper::restart(const Eigen::VectorXd& h) {
    now_.time = system_->time();
    multipliers_ = h;
    unknowns_->begin(h, layout_.state.get());
    EQUIPOISE_PETSC(TSSetTime(ts_.get(), now_.time));
    EQUIPOISE_PETSC(TSRestartStep(ts_.get()));
}

} // namespace equipoise::field
