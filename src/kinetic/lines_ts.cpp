#include "equipoise/kinetic/lines_ts.hpp"

#include "equipoise/parallel/petsc.hpp"
#include "equipoise/util/errors.hpp"

#include <fmt/format.h>
// PETSc keeps what a new type of TS is made of in this header, which its packages bring along.
#include <petsc/private/tsimpl.h>

#include <algorithm>
#include <cmath>

namespace equipoise::kinetic {

namespace {

constexpr PetscInt most_iterations = 30;
/// Growth of the changes that shows divergence.
constexpr double divergence = 4.0;

LinesTs& self_of(TS ts) {
    return *static_cast<LinesTs*>(ts->data);
}

} // namespace

struct LinesTs::Callbacks {
    static PetscErrorCode create(TS ts) {
        ts->ops->step = step;
        ts->ops->evaluatewlte = evaluate_error;
        ts->ops->view = view;
        ts->default_adapt_type = TSADAPTBASIC;
        ts->usessnes = PETSC_TRUE;
        return static_cast<PetscErrorCode>(0);
    }

    static PetscErrorCode step(TS ts) {
        LinesTs& self = self_of(ts);
        return self.petsc_->guarded([&] { self.step(ts); });
    }

    /// The norm is the largest error whatever norm is asked for: it does not depend on how the
    /// sites are shared out, nor then does the choice of steps.
    static PetscErrorCode evaluate_error(TS ts, NormType, PetscInt* order, PetscReal* error) {
        const LineStepper& stepper = *self_of(ts).stepper_;
        *order = static_cast<PetscInt>(stepper.error_order()) + 1;
        *error = stepper.error_order() > 0 ? stepper.error() : 1.0;
        return static_cast<PetscErrorCode>(0);
    }

    static PetscErrorCode view(TS ts, PetscViewer viewer) {
        return PetscViewerASCIIPrintf(viewer, "  Order=%d, lines in groups of %d\n",
                                      static_cast<int>(self_of(ts).stepper_->order()),
                                      static_cast<int>(LineGroup::most_lanes));
    }

    static PetscErrorCode solve(SNES snes, Vec multipliers) {
        void* context = nullptr;
        const PetscErrorCode code = SNESShellGetContext(snes, static_cast<void*>(&context));
        if (code != 0) {
            return code;
        }
        auto& self = *static_cast<LinesTs*>(context);
        return self.petsc_->guarded([&] { self.iterate(snes, multipliers); });
    }
};

LinesTs::LinesTs(LineStepper& stepper, PetscSystem& petsc) : stepper_(&stepper), petsc_(&petsc) {
    const System& system = stepper.system();
    const auto size = static_cast<PetscInt>(system.multipliers());
    EQUIPOISE_PETSC(VecCreateMPI(system.communicator().handle(),
                                 system.communicator().is_root() ? size : 0, size,
                                 multipliers_.out()));
}

void LinesTs::register_type() {
    EQUIPOISE_PETSC(TSRegister(type, Callbacks::create));
}

std::size_t LinesTs::order(std::size_t otherwise) {
    auto order = static_cast<PetscInt>(otherwise);
    EQUIPOISE_PETSC(PetscOptionsGetInt(nullptr, "kinetic_", "-ts_lines_order", &order, nullptr));
    if (order < 1 || order > static_cast<PetscInt>(most_bdf_order)) {
        throw InputError(
            {{{"command line", 0, "--petsc", fmt::format("-kinetic_ts_lines_order {}", order)},
              "there is no such order",
              fmt::format("give 1 to {}", most_bdf_order)}});
    }
    return static_cast<std::size_t>(order);
}

void LinesTs::check(TS ts) {
    PetscBool ours = PETSC_FALSE;
    SNES snes = nullptr;
    EQUIPOISE_PETSC(TSGetSNES(ts, &snes));
    EQUIPOISE_PETSC(PetscObjectTypeCompare(reinterpret_cast<PetscObject>(snes), SNESSHELL, &ours));
    if (ours == PETSC_FALSE) {
        SNESType chosen = nullptr;
        EQUIPOISE_PETSC(SNESGetType(snes, &chosen));
        throw InputError(
            {{{"command line", 0, "--petsc", fmt::format("-kinetic_snes_type {}", chosen)},
              fmt::format("-kinetic_ts_type {} has a Newton's method of its own", LinesTs::type),
              "give -kinetic_ts_type bdf with it"}});
    }
}

void LinesTs::attach(TS ts) {
    EQUIPOISE_PETSC(TSSetType(ts, type));
    ts->data = this;
    SNES snes = nullptr;
    EQUIPOISE_PETSC(TSGetSNES(ts, &snes));
    EQUIPOISE_PETSC(SNESSetType(snes, SNESSHELL));
    EQUIPOISE_PETSC(SNESShellSetContext(snes, this));
    EQUIPOISE_PETSC(SNESShellSetSolve(snes, Callbacks::solve));
}

/// Writes the iterate's multipliers, for monitors.
void LinesTs::show_multipliers(Vec multipliers) const {
    if (stepper_->system().communicator().is_root()) {
        const Eigen::VectorXd& h = stepper_->next_multipliers();
        std::copy(h.begin(), h.end(), parallel::WriteValues(multipliers).data());
    }
}

void LinesTs::iterate(SNES snes, Vec multipliers) {
    const double enough = stepper_->enough();
    double last = 0.0;
    SNESConvergedReason reason = SNES_CONVERGED_ITERATING;
    try {
        for (PetscInt iteration = 1; reason == SNES_CONVERGED_ITERATING; ++iteration) {
            const double now = stepper_->iterate();
            show_multipliers(multipliers);
            EQUIPOISE_PETSC(SNESSetIterationNumber(snes, iteration));
            EQUIPOISE_PETSC(SNESMonitor(snes, iteration, now));
            if (!std::isfinite(now)) {
                reason = SNES_DIVERGED_FNORM_NAN;
            } else if (now <= enough) {
                reason =
                    stepper_->finish() ? SNES_CONVERGED_SNORM_RELATIVE : SNES_DIVERGED_LOCAL_MIN;
            } else if (iteration > 1 && now > divergence * last) {
                reason = SNES_DIVERGED_DTOL;
            } else if (iteration == most_iterations) {
                reason = SNES_DIVERGED_MAX_IT;
            }
            last = now;
        }
    } catch (const NumericsError& error) { // no balance there, on all ranks alike
        petsc_->complain(error.what());
        reason = SNES_DIVERGED_LINEAR_SOLVE;
    }
    EQUIPOISE_PETSC(SNESSetConvergedReason(snes, reason));
}

/// Whether Newton's method found the state at time t; else the TS has a shorter step to try, or the
/// reason why there is none.
bool LinesTs::attempt(TS ts, double t) {
    stepper_->begin(t);
    EQUIPOISE_PETSC(TSPreStage(ts, t));
    petsc_->check(SNESSolve(ts->snes, nullptr, multipliers_.get()), "SNESSolve");
    PetscInt iterations = 0;
    EQUIPOISE_PETSC(SNESGetIterationNumber(ts->snes, &iterations));
    ts->snes_its += iterations;
    TSAdapt adapt = nullptr;
    EQUIPOISE_PETSC(TSGetAdapt(ts, &adapt));
    PetscBool accepted = PETSC_FALSE;
    EQUIPOISE_PETSC(TSAdaptCheckStage(adapt, ts, t, ts->vec_sol, &accepted));
    return accepted == PETSC_TRUE;
}

void LinesTs::show_state(TS ts) {
    if (!shown_) {
        const parallel::WriteValues values(ts->vec_sol);
        stepper_->write(values.data());
        petsc_->store_multipliers(stepper_->multipliers(), values.data());
        shown_ = true;
    }
}

void LinesTs::step(TS ts) {
    TSAdapt adapt = nullptr;
    EQUIPOISE_PETSC(TSGetAdapt(ts, &adapt));
    limited_lines_ = 0;
    PetscInt rejections = 0;
    while (ts->reason == TS_CONVERGED_ITERATING) {
        // The first step is made of two halves, so that its error can be estimated.
        const bool first = stepper_->states() == 1;
        bool good = true;
        if (first) {
            good = attempt(ts, ts->ptime + 0.5 * ts->time_step);
            if (good) {
                limited_lines_ += stepper_->accept();
            }
        }
        good = good && attempt(ts, ts->ptime + ts->time_step);
        if (good) {
            PetscReal next = ts->time_step;
            PetscBool accepted = PETSC_FALSE;
            EQUIPOISE_PETSC(TSAdaptCandidatesClear(adapt));
            EQUIPOISE_PETSC(TSAdaptCandidateAdd(
                adapt, type, static_cast<PetscInt>(stepper_->order()), 1, 1.0, 1.0, PETSC_TRUE));
            EQUIPOISE_PETSC(TSAdaptChoose(adapt, ts, ts->time_step, nullptr, &next, &accepted));
            if (accepted == PETSC_TRUE) {
                limited_lines_ += stepper_->accept();
                shown_ = false;
                if (ts->numbermonitors > 0) {
                    show_state(ts);
                }
                ts->ptime += ts->time_step;
                ts->time_step = next;
                return;
            }
            ts->time_step = next;
        }
        if (first && stepper_->states() == 2) {
            stepper_->go_back();
            limited_lines_ = 0;
        }
        ++ts->reject;
        if (ts->reason == TS_CONVERGED_ITERATING && ts->max_reject >= 0 &&
            ++rejections > ts->max_reject) {
            ts->reason = TS_DIVERGED_STEP_REJECTED;
        }
    }
}

} // namespace equipoise::kinetic
