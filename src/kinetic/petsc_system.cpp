#include "equipoise/kinetic/petsc_system.hpp"

#include "equipoise/kinetic/events.hpp"
#include "equipoise/parallel/petsc.hpp"
#include "equipoise/parallel/petsc_setup.hpp"
#include "equipoise/util/errors.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>
#include <utility>

namespace equipoise::kinetic {

using parallel::ReadValues;
using parallel::WriteValues;

/// What PETSc calls. An exception must not cross PETSc's C frames: it is kept and an error code
/// returned instead; check() throws it again. A balance that cannot be solved at one of
/// Newton's iterates only ends that step's attempt: a shorter one may not go there.
struct PetscSystem::Callbacks {
    static PetscErrorCode residual(TS, PetscReal t, Vec u, Vec udot, Vec f, void* context) {
        auto& self = *static_cast<PetscSystem*>(context);
        return self.failure_.guarded([&] {
            self.evaluate(t, u);
            const ScopedEvent event(Event::assembly);
            const ReadValues state(u);
            const ReadValues rate(udot);
            const WriteValues out(f);
            Eigen::VectorXd fh;
            self.system_->residual(state.data(), rate.data(), out.data(), fh);
            self.store_multipliers(fh, out.data());
        });
    }

    static PetscErrorCode jacobian(TS ts, PetscReal t, Vec u, Vec, PetscReal shift, Mat a, Mat b,
                                   void* context) {
        auto& self = *static_cast<PetscSystem*>(context);
        const PetscErrorCode code = self.failure_.guarded([&] {
            self.evaluate(t, u);
            const ScopedEvent event(Event::solve);
            SNES snes = nullptr;
            KSP ksp = nullptr;
            PC preconditioner = nullptr;
            EQUIPOISE_PETSC(TSGetSNES(ts, &snes));
            EQUIPOISE_PETSC(SNESGetKSP(snes, &ksp));
            EQUIPOISE_PETSC(KSPGetPC(ksp, &preconditioner));
            EQUIPOISE_PETSC(PCSetFailedReason(preconditioner, PC_NOERROR));
            try {
                self.system_->factor(shift);
            } catch (const NumericsError& error) { // on all ranks alike
                self.complaint_ = error.what();
                EQUIPOISE_PETSC(SNESSetJacobianDomainError(snes));
            }
        });
        return code != 0 ? code : parallel::mark_assembled(a, b);
    }

    static PetscErrorCode multiply(Mat matrix, Vec x, Vec y) {
        void* context = nullptr;
        const PetscErrorCode code = MatShellGetContext(matrix, static_cast<void*>(&context));
        if (code != 0) {
            return code;
        }
        auto& self = *static_cast<PetscSystem*>(context);
        return self.failure_.guarded([&] {
            const ReadValues in(x);
            const WriteValues out(y);
            Eigen::VectorXd out_h;
            self.system_->multiply(in.data(), self.multipliers(in.data()), out.data(), out_h);
            self.store_multipliers(out_h, out.data());
        });
    }

    static PetscErrorCode solve(PC preconditioner, Vec b, Vec x) {
        void* context = nullptr;
        const PetscErrorCode code = PCShellGetContext(preconditioner, static_cast<void*>(&context));
        if (code != 0) {
            return code;
        }
        auto& self = *static_cast<PetscSystem*>(context);
        return self.failure_.guarded([&] {
            const ScopedEvent event(Event::solve);
            try {
                const ReadValues in(b);
                const WriteValues out(x);
                Eigen::VectorXd x_h;
                self.system_->solve(in.data(), self.multipliers(in.data()), out.data(), x_h);
                self.store_multipliers(x_h, out.data());
            } catch (const NumericsError& error) { // on all ranks alike
                self.complaint_ = error.what();
                EQUIPOISE_PETSC(VecSet(x, 0.0));
                EQUIPOISE_PETSC(PCSetFailedReason(preconditioner, PC_SUBPC_ERROR));
            }
        });
    }

    static PetscErrorCode test(SNES snes, PetscInt iteration, PetscReal, PetscReal, PetscReal norm,
                               SNESConvergedReason* reason, void* context) {
        auto& self = *static_cast<PetscSystem*>(context);
        *reason = SNES_CONVERGED_ITERATING;
        if (!std::isfinite(norm)) {
            *reason = SNES_DIVERGED_FNORM_NAN;
            return static_cast<PetscErrorCode>(0);
        }
        Vec residual = nullptr;
        const PetscErrorCode code = SNESGetFunction(snes, &residual, nullptr, nullptr);
        if (code != 0) {
            return code;
        }
        return self.failure_.guarded([&] {
            if (self.converged(residual, iteration == 0)) {
                *reason = SNES_CONVERGED_FNORM_ABS;
            }
        });
    }
};

void PetscSystem::attach(TS ts, Vec solution) {
    parallel::create_shell(solution, this, matrix_);
    EQUIPOISE_PETSC(MatShellSetOperation(matrix_.get(), MATOP_MULT,
                                         reinterpret_cast<void (*)()>(Callbacks::multiply)));
    EQUIPOISE_PETSC(TSSetIFunction(ts, nullptr, Callbacks::residual, this));
    EQUIPOISE_PETSC(TSSetIJacobian(ts, matrix_.get(), matrix_.get(), Callbacks::jacobian, this));
    SNES snes = nullptr;
    EQUIPOISE_PETSC(TSGetSNES(ts, &snes));
    EQUIPOISE_PETSC(SNESSetConvergenceTest(snes, Callbacks::test, this, nullptr));
    EQUIPOISE_PETSC(SNESSetTolerances(snes, 1e-50, 1e-50, 1e-50, 30, 10000));
    EQUIPOISE_PETSC(SNESSetCheckJacobianDomainError(snes, PETSC_TRUE));
    // A line search that finds no lower residual may have met rounding: test() decides.
    EQUIPOISE_PETSC(SNESSetMaxNonlinearStepFailures(snes, 2));
    parallel::solve_directly(ts, this, Callbacks::solve, "lines in y, then multipliers (direct)");
}

Eigen::VectorXd PetscSystem::multipliers(const double* values) const {
    Eigen::VectorXd h(system_->multipliers());
    if (system_->communicator().is_root()) {
        std::copy_n(values + system_->local_size(), h.size(), h.begin());
    }
    system_->communicator().broadcast(std::span(h.data(), static_cast<std::size_t>(h.size())));
    return h;
}

void PetscSystem::store_multipliers(const Eigen::VectorXd& h, double* values) const {
    if (system_->communicator().is_root()) {
        std::copy(h.begin(), h.end(), values + system_->local_size());
    }
}

void PetscSystem::load(Vec vector, std::vector<double>& u, Eigen::VectorXd& h) const {
    const ReadValues values(vector);
    u.assign(values.data(), values.data() + system_->local_size());
    h = multipliers(values.data());
}

void PetscSystem::store(const std::vector<double>& u, const Eigen::VectorXd& h, Vec vector) const {
    const WriteValues values(vector);
    std::copy(u.begin(), u.end(), values.data());
    store_multipliers(h, values.data());
}

void PetscSystem::evaluate(double t, Vec vector) {
    const ReadValues values(vector);
    system_->evaluate(t, values.data(), multipliers(values.data()));
}

bool PetscSystem::converged(Vec residual, bool first) const {
    // A first guess is refined at least once unless nothing but rounding is left of its residual,
    // as in a stationary state, where Newton's method could not lower it.
    const double tolerance = first ? 1e-14 : 1e-12;
    // Largest over the lines: error of the density by mass, of E[y], of v; error of the balance.
    const Lines& lines = system_->lines();
    const LineLayout at = lines.layout();
    const double dy = lines.grid().width();
    const double reach = lines.grid().upper - lines.grid().lower;
    std::vector<double> worst(4, 0.0);
    {
        const ReadValues values(residual);
        for (const LineGroup& group : lines.groups()) {
            const LaneValues rates = lines.largest_rates(group);
            for (std::size_t lane = 0; lane < group.sites; ++lane) {
                const double* f = values.data() + lines.line(group, lane) * at.stride();
                double mass = 0.0;
                for (std::size_t k = 0; k < at.cells; ++k) {
                    mass += std::abs(f[k]);
                }
                // The inverse of shift - A has the 1-norm 1/shift. Rounding in A p is allowed for.
                mass *= dy / system_->shift();
                const double attainable =
                    8.0 * std::numeric_limits<double>::epsilon() * rates[lane] / system_->shift();
                worst[0] = std::max(worst[0], mass / std::max(tolerance, attainable));
                worst[1] = std::max(worst[1], std::abs(f[at.drift()]) / (0.1 * tolerance * reach));
                worst[2] =
                    std::max(worst[2], std::abs(f[at.mean()]) / system_->shift() / tolerance);
            }
        }
        if (system_->communicator().is_root()) {
            for (Eigen::Index i = 0; i < system_->multipliers(); ++i) {
                worst[3] = std::max(
                    worst[3],
                    std::abs(values.data()[system_->local_size() + static_cast<std::size_t>(i)]) /
                        tolerance);
            }
        }
    }
    system_->communicator().max(worst);
    return *std::max_element(worst.begin(), worst.end()) <= 1.0;
}

} // namespace equipoise::kinetic
