#include "equipoise/field/stepper.hpp"

#include "equipoise/balance/solve.hpp"
#include "equipoise/field/events.hpp"
#include "equipoise/field/manifold.hpp"
#include "equipoise/parallel/petsc.hpp"
#include "equipoise/util/errors.hpp"

#include <fmt/format.h>
#include <petscdmda.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

namespace equipoise::field {

namespace {

using parallel::ReadValues;
using parallel::WriteValues;

/// The error of h may be this many times that of v: it enters v through its integral only, and
/// where h is fast its own equation damps it.
constexpr double multiplier_slack = 100.0;

} // namespace

/// What PETSc calls. An exception must not cross PETSc's C frames: it is kept and an error code
/// returned instead; Stepper::run() throws it again.
struct Stepper::Callbacks {
    /// eps = 0: all of d(v, K)/dt. eps > 0: its explicit part, which leaves h alone.
    static PetscErrorCode right_hand_side(TS, PetscReal t, Vec u, Vec f, void* context) {
        auto& stepper = *static_cast<Stepper*>(context);
        return stepper.failure_.guarded([&] {
            System& system = *stepper.system_;
            Eigen::VectorXd h;
            stepper.load(u, stepper.work_, h);
            system.evaluate(t, stepper.work_);
            system.rates(stepper.is_stiff() ? h : system.slow_multipliers(), stepper.work_);
            stepper.store(stepper.work_, Eigen::VectorXd::Zero(system.multipliers()), f);
        });
    }

    /// The implicit part for eps > 0: d(v, K)/dt = 0, dh/dt - (b + J h)/eps = 0.
    static PetscErrorCode implicit_part(TS, PetscReal t, Vec u, Vec udot, Vec f, void* context) {
        auto& stepper = *static_cast<Stepper*>(context);
        return stepper.failure_.guarded([&] {
            System& system = *stepper.system_;
            Eigen::VectorXd h;
            Eigen::VectorXd rate;
            stepper.load(u, stepper.work_, h);
            system.evaluate(t, stepper.work_);
            stepper.load(udot, stepper.work_, rate);
            stepper.stage_h_ = h;
            stepper.stage_drift_ = system.multiplier_drift(h);
            stepper.store(stepper.work_, rate - stepper.stage_drift_ / system.epsilon(), f);
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
            const System& system = *stepper.system_;
            Eigen::VectorXd h;
            stepper.load(b, stepper.work_, h);
            for (double& value : stepper.work_) {
                value /= stepper.shift_;
            }
            Eigen::MatrixXd matrix = -system.jacobian();
            matrix.diagonal().array() += system.epsilon() * stepper.shift_;
            const balance::MultiplierSolver solver(system.balance(), std::move(matrix));
            stepper.store(stepper.work_, solver.solve(system.epsilon() * h), x);
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

Stepper::Stepper(System& system, const StepControl& control, double t, const std::vector<double>& u,
                 const Eigen::VectorXd& h)
    : system_(&system), control_(control) {
    events().register_all();
    create_objects();
    restart(t, u, h);
    now_.next_step = control.time_step.value_or(0.1 * std::pow(control.tolerance, 0.125));
    EQUIPOISE_PETSC(TSSetUp(ts_.get()));
    EQUIPOISE_PETSC(TSViewFromOptions(ts_.get(), nullptr, "-ts_view"));
}

Stepper::~Stepper() = default;

bool Stepper::is_stiff() const {
    return system_->epsilon() > 0.0 && system_->multipliers() > 0;
}

void Stepper::create_objects() {
    const parallel::Communicator& comm = system_->communicator();
    const std::vector<PetscInt> own = parallel::rows_by_rank(comm, system_->sites());
    const auto all = static_cast<PetscInt>(system_->lattice().global());
    EQUIPOISE_PETSC(DMDACreate1d(comm.handle(), DM_BOUNDARY_NONE, all,
                                 static_cast<PetscInt>(system_->rows()), 1, own.data(),
                                 sites_dm_.out()));
    EQUIPOISE_PETSC(DMSetOptionsPrefix(sites_dm_.get(), "field_"));
    EQUIPOISE_PETSC(DMSetUp(sites_dm_.get()));
    layout_.create(comm, sites_dm_.get(),
                   is_stiff() ? static_cast<PetscInt>(system_->multipliers()) : 0, "field_state");
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
    EQUIPOISE_PETSC(TSRKSetType(ts_.get(), TSRK8VR));
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
    const std::size_t means = system_->populations() * system_->sites();
    std::vector<double> weights(system_->rows() * system_->sites(),
                                control_.tolerance * control_.variance_scale);
    std::fill_n(weights.begin(), means, control_.tolerance * control_.mean_scale);
    const double of_h = multiplier_slack * control_.tolerance * control_.mean_scale;
    parallel::VecHandle vector;
    EQUIPOISE_PETSC(VecDuplicate(layout_.state.get(), vector.out()));
    store(weights, Eigen::VectorXd::Constant(system_->multipliers(), of_h), vector.get());
    EQUIPOISE_PETSC(TSSetTolerances(ts_.get(), control_.tolerance, vector.get(), 0.0, nullptr));
}

// PETSc keeps the values of a site together; the system, those of a row.

void Stepper::load(Vec vector, std::vector<double>& u, Eigen::VectorXd& h) const {
    const ReadValues values(vector);
    const std::size_t rows = system_->rows();
    const std::size_t sites = system_->sites();
    u.resize(rows * sites);
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t s = 0; s < sites; ++s) {
            u[row * sites + s] = values.data()[s * rows + row];
        }
    }
    if (is_stiff()) {
        h.resize(system_->multipliers());
        if (system_->communicator().is_root()) {
            std::copy_n(values.data() + u.size(), h.size(), h.begin());
        }
        system_->communicator().broadcast(std::span(h.data(), static_cast<std::size_t>(h.size())));
    }
}

void Stepper::store(const std::vector<double>& u, const Eigen::VectorXd& h, Vec vector) const {
    const WriteValues values(vector);
    const std::size_t rows = system_->rows();
    const std::size_t sites = system_->sites();
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t s = 0; s < sites; ++s) {
            values.data()[s * rows + row] = u[row * sites + s];
        }
    }
    if (is_stiff() && system_->communicator().is_root()) {
        std::copy(h.begin(), h.end(), values.data() + u.size());
    }
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
    load(layout_.state.get(), state_, multipliers_);
    system_->evaluate(now_.time, state_);
    if (is_stiff()) {
        correct_multipliers();
    }
    project_means(*system_, now_.time, state_,
                  is_stiff() ? multipliers_ : Eigen::VectorXd::Zero(system_->multipliers()));
    if (!is_stiff()) {
        multipliers_ = system_->slow_multipliers();
    }
    store(state_, multipliers_, layout_.state.get());
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

void Stepper::restart(double t, const std::vector<double>& u, const Eigen::VectorXd& h) {
    now_.time = t;
    state_ = u;
    multipliers_ = h;
    store(u, h, layout_.state.get());
    EQUIPOISE_PETSC(TSSetTime(ts_.get(), t));
    EQUIPOISE_PETSC(TSRestartStep(ts_.get()));
}

} // namespace equipoise::field
