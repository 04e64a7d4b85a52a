#pragma once

#include "equipoise/kinetic/limiter.hpp"
#include "equipoise/kinetic/petsc_system.hpp"
#include "equipoise/parallel/petsc_objects.hpp"

#include <petscsnes.h>

namespace equipoise::kinetic {

/// Newton's method for a time step as PETSc's SNES (SNESSHELL) that evaluates no more than it must:
///
/// The system is linear in densities and multipliers where means v and mean drifts g are given, so
/// that what an iteration leaves over is a product of its changes of (v, g) and of all unknowns. It
/// ends when the former are small enough for that product to be far below the error of the step,
/// without another residual. Conservation of mass and E[y] = 0 are linear and then hold to
/// rounding. The balance is not, and is promised to 1e-10: it alone is looked at once more, and met
/// by moving the means along the modes, where it is off (as in manifold.hpp). Negligible
/// undershoots of the densities are repaired before.
///
/// Monitors see the changes of v and g as the norm. Another SNES can be
/// chosen in the options database; it then ends by PetscSystem's test.
class PetscNewton {
  public:
    /// `mean_scale`: of v.
    PetscNewton(System& system, PetscSystem& petsc, const Limiter& limiter, double mean_scale)
        : system_(&system), petsc_(&petsc), limiter_(&limiter), mean_scale_(mean_scale) {}
    PetscNewton(const PetscNewton&) = delete;
    PetscNewton& operator=(const PetscNewton&) = delete;
    ~PetscNewton() = default;

    /// Stays where it is for as long as the SNES is used. `solution` is a vector like the unknowns.
    void attach(SNES snes, Vec solution);

    /// Whether steps start from an extrapolation as accurate as the formula; else the iteration
    /// goes on until its changes are near rounding.
    void expect_good_guess(bool good) noexcept { good_guess_ = good; }

  private:
    static PetscErrorCode solve(SNES snes, Vec x);
    void iterate(SNES snes, Vec x);
    [[nodiscard]] double change(Vec update) const;
    void repair(double* values) const;
    [[nodiscard]] bool meet_balance(double* values);
    [[nodiscard]] bool finish(Vec x);

    System* system_;
    PetscSystem* petsc_;
    const Limiter* limiter_;
    double mean_scale_;
    bool good_guess_ = false;
    parallel::VecHandle update_;
};

} // namespace equipoise::kinetic
