#pragma once

#include "equipoise/parallel/communicator.hpp"
#include "equipoise/parallel/petsc_objects.hpp"

#include <petscts.h>

#include <cstddef>
#include <string>
#include <vector>

/// What the solvers of both limits set up alike in PETSc. Collective.
namespace equipoise::parallel {

/// Every rank's number of rows, in the order of ranks, from this rank's.
std::vector<PetscInt> rows_by_rank(const Communicator& comm, std::size_t own);

/// A composite of `rows` and of the multipliers, which rank 0 holds and every rank sees, or of one
/// of the two (rows null, no multipliers); with its global vector, which gets that name.
struct StateLayout {
    DmHandle multipliers, dm;
    VecHandle state;

    void create(const Communicator& comm, DM rows, PetscInt multiplier_count,
                const std::string& name);
};

/// A TS over the layout under an options prefix. It may step over its end (take_step() sees to
/// that) and returns, rather than ends the program, when it finds no step.
void create_ts(const Communicator& comm, const std::string& prefix, const StateLayout& layout,
               TsHandle& ts);

/// A shell matrix on vectors like this one.
void create_shell(Vec like, void* context, MatHandle& matrix);

/// Says of a shell matrix, and of the one to precondition with, that its new content is complete:
/// what PETSc wants to hear from a callback that makes a Jacobian. Throws nothing.
PetscErrorCode mark_assembled(Mat matrix, Mat preconditioner);

/// Linear systems of the TS's Newton method are solved by one application of `apply` (KSPPREONLY
/// and PCSHELL), whose context is this one. `name` shows in -ts_view.
void solve_directly(TS ts, void* context, PetscErrorCode (*apply)(PC, Vec, Vec), const char* name);

/// The error estimate is the largest over the unknowns, unless the options database says otherwise:
/// a maximum does not depend on how the sites are shared out, nor then does the choice of steps.
void default_to_maximum_norm(const std::string& prefix);

} // namespace equipoise::parallel
