#pragma once

#include "equipoise/kinetic/line_stepper.hpp"
#include "equipoise/kinetic/petsc_system.hpp"

#include <petscts.h>

#include <cstdint>

namespace equipoise::kinetic {

/// A type of PETSc's TS, `-kinetic_ts_type lines`, that steps by LineStepper: the controller of the
/// step (TSAdapt), monitors, limits on rejections and the options database are PETSc's, the state
/// stays in the stepper and is written into the solution vector where someone looks at it. Its
/// nonlinear solver is a SNESSHELL for the multipliers, lines being eliminated, whose monitors see
/// the changes of v and g as the norm.
/// `-kinetic_ts_lines_order` sets the formula's order, 1 to 3.
class LinesTs {
  public:
    static constexpr const char* type = "lines";

    /// Makes the type known to PETSc, once for each life of PETSc.
    static void register_type();
    /// The order that the options database asks for, or this one. Throws InputError for one that
    /// there is not.
    static std::size_t order(std::size_t otherwise);

    LinesTs(LineStepper& stepper, PetscSystem& petsc);
    LinesTs(const LinesTs&) = delete;
    LinesTs& operator=(const LinesTs&) = delete;
    ~LinesTs() = default;

    /// Gives a TS this type and its SNES the shell. Stays where it is for as long as the TS is
    /// used.
    void attach(TS ts);
    /// Throws InputError when the options database has since chosen another nonlinear solver.
    static void check(TS ts);

    /// Makes the TS's solution vector the present state, where it is not already.
    void show_state(TS ts);
    /// Lines that needed the limiter in the last step.
    [[nodiscard]] std::int64_t limited_lines() const noexcept { return limited_lines_; }

  private:
    struct Callbacks;
    friend struct Callbacks;

    void show_multipliers(Vec multipliers) const;
    void iterate(SNES snes, Vec multipliers);
    void step(TS ts);
    bool attempt(TS ts, double t);

    LineStepper* stepper_;
    PetscSystem* petsc_;
    parallel::VecHandle multipliers_; ///< on rank 0
    bool shown_ = true;               ///< show_state()
    std::int64_t limited_lines_ = 0;
};

} // namespace equipoise::kinetic
