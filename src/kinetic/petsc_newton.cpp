#include "equipoise/kinetic/petsc_newton.hpp"

#include "equipoise/balance/solve.hpp"
#include "equipoise/kinetic/events.hpp"
#include "equipoise/kinetic/manifold.hpp"
#include "equipoise/parallel/petsc.hpp"
#include "equipoise/util/errors.hpp"

#include <algorithm>
#include <cmath>

namespace equipoise::kinetic {

using parallel::ReadValues;
using parallel::WriteValues;

namespace {

constexpr PetscInt most_iterations = 30;
/// Changes of v and of g over a time 1/shift, as parts of v's scale, that end the iteration. From a
/// good guess they are of the size of the step's own error, of which the rest is then less than a
/// hundredth.
constexpr double small_change = 1e-3;
constexpr double smallest_change = 1e-8;
/// Growth of the changes that shows divergence.
constexpr double divergence = 4.0;

/// |r - eps h| that is left alone, and that one more move brings down to there: the move is
/// Newton's, which squares it.
constexpr double balanced = 1e-11;
constexpr double nearly_balanced = 1e-6;
constexpr int most_moves = 10;

} // namespace

void PetscNewton::attach(SNES snes, Vec solution) {
    EQUIPOISE_PETSC(VecDuplicate(solution, update_.out()));
    EQUIPOISE_PETSC(SNESSetType(snes, SNESSHELL));
    EQUIPOISE_PETSC(SNESShellSetContext(snes, this));
    EQUIPOISE_PETSC(SNESShellSetSolve(snes, solve));
}

PetscErrorCode PetscNewton::solve(SNES snes, Vec x) {
    void* context = nullptr;
    const PetscErrorCode code = SNESShellGetContext(snes, static_cast<void*>(&context));
    if (code != 0) {
        return code;
    }
    auto& self = *static_cast<PetscNewton*>(context);
    return self.petsc_->guarded([&] { self.iterate(snes, x); });
}

void PetscNewton::iterate(SNES snes, Vec x) {
    Vec residual = nullptr;
    Mat matrix = nullptr;
    Mat preconditioner = nullptr;
    KSP ksp = nullptr;
    EQUIPOISE_PETSC(SNESGetFunction(snes, &residual, nullptr, nullptr));
    EQUIPOISE_PETSC(SNESGetJacobian(snes, &matrix, &preconditioner, nullptr, nullptr));
    EQUIPOISE_PETSC(SNESGetKSP(snes, &ksp));
    const double enough = good_guess_ ? small_change : smallest_change;
    double last = 0.0;
    SNESConvergedReason reason = SNES_CONVERGED_ITERATING;
    for (PetscInt iteration = 1; reason == SNES_CONVERGED_ITERATING; ++iteration) {
        petsc_->check(SNESComputeFunction(snes, x, residual), "SNESComputeFunction");
        petsc_->expect_same_state(true);
        const PetscErrorCode code = SNESComputeJacobian(snes, x, matrix, preconditioner);
        petsc_->expect_same_state(false);
        petsc_->check(code, "SNESComputeJacobian");
        PetscBool no_matrix = PETSC_FALSE;
        EQUIPOISE_PETSC(SNESGetJacobianDomainError(snes, &no_matrix));
        if (no_matrix == PETSC_TRUE) {
            reason = SNES_DIVERGED_JACOBIAN_DOMAIN;
            break;
        }
        EQUIPOISE_PETSC(KSPSetOperators(ksp, matrix, preconditioner));
        petsc_->check(KSPSolve(ksp, residual, update_.get()), "KSPSolve");
        KSPConvergedReason solved = KSP_CONVERGED_ITERATING;
        EQUIPOISE_PETSC(KSPGetConvergedReason(ksp, &solved));
        if (solved < 0) {
            reason = SNES_DIVERGED_LINEAR_SOLVE;
            break;
        }
        EQUIPOISE_PETSC(VecAXPY(x, -1.0, update_.get()));
        const double now = change(update_.get());
        EQUIPOISE_PETSC(SNESSetIterationNumber(snes, iteration));
        EQUIPOISE_PETSC(SNESMonitor(snes, iteration, now));
        if (!std::isfinite(now)) {
            reason = SNES_DIVERGED_FNORM_NAN;
        } else if (now <= enough) {
            reason = finish(x) ? SNES_CONVERGED_SNORM_RELATIVE : SNES_DIVERGED_LOCAL_MIN;
        } else if (iteration > 1 && now > divergence * last) {
            reason = SNES_DIVERGED_DTOL;
        } else if (iteration == most_iterations) {
            reason = SNES_DIVERGED_MAX_IT;
        }
        last = now;
    }
    EQUIPOISE_PETSC(SNESSetConvergedReason(snes, reason));
}

double PetscNewton::change(Vec update) const {
    const Lines& lines = system_->lines();
    const LineLayout at = lines.layout();
    double largest = 0.0;
    {
        const ReadValues values(update);
        for (std::size_t line = 0; line < lines.count(); ++line) {
            const double* of = values.data() + line * at.stride();
            const double sum =
                std::abs(of[at.mean()]) + std::abs(of[at.drift()]) / system_->shift();
            largest = sum <= largest ? largest : sum; // keeps NaN
        }
    }
    return system_->communicator().max(largest) / mean_scale_;
}

bool PetscNewton::finish(Vec x) {
    const WriteValues values(x);
    repair(values.data());
    return meet_balance(values.data());
}

void PetscNewton::repair(double* values) const {
    const ScopedEvent event(Event::limiter);
    for (std::size_t line = 0; line < system_->lines().count(); ++line) {
        limiter_->repair(values + line * system_->lines().layout().stride());
    }
}

bool PetscNewton::meet_balance(double* values) {
    const Eigen::VectorXd h = petsc_->multipliers(values);
    for (int move = 0; move < most_moves; ++move) {
        system_->evaluate_balance(system_->time(), values);
        const Eigen::VectorXd excess = system_->balance_residual() - system_->epsilon() * h;
        const double size = excess.size() == 0 ? 0.0 : excess.cwiseAbs().maxCoeff();
        if (size <= balanced) {
            return true;
        }
        try {
            const balance::MultiplierSolver solver(system_->coupling().balance(),
                                                   system_->jacobian());
            shift_means(*system_, values, solver.solve(excess), -1.0);
        } catch (const NumericsError& error) { // on all ranks alike
            petsc_->complain(error.what());
            return false;
        }
        if (size <= nearly_balanced) {
            return true;
        }
    }
    return false;
}

} // namespace equipoise::kinetic
