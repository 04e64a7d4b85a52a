#pragma once

#include "equipoise/parallel/communicator.hpp"

#include <petscsys.h>

#include <string>
#include <string_view>
#include <vector>

/// PETSc's start and end, and its return codes as exceptions.
namespace equipoise::parallel {

/// Throws InternalError with PETSc's own words unless `code` is 0. The text holds what PETSc said
/// where the error arose.
void check_petsc(PetscErrorCode code, std::string_view call);

/// Calls a PETSc function and throws when it fails.
#define EQUIPOISE_PETSC(call) ::equipoise::parallel::check_petsc((call), #call)

/// Splits an option string at white space; single or double quotes keep words together.
std::vector<std::string> split_options(std::string_view options);

/// "PETSc 3.18.5": the library the program runs with.
std::string petsc_version();

/// PETSc from here to the end of the object's life, on all ranks of a communicator. MPI must have
/// been started (Environment) and must outlive this; every PETSc object must be destroyed before.
class PetscEnvironment {
  public:
    /// `options`: what the user gave with --petsc, as on PETSc's own command line:
    /// "-kinetic_ts_monitor -log_view". PETSc's own sources of options (~/.petscrc, the variable
    /// PETSC_OPTIONS) count too. Throws InternalError when PETSc cannot start.
    PetscEnvironment(const Communicator& comm, std::string_view options);
    PetscEnvironment(const PetscEnvironment&) = delete;
    PetscEnvironment& operator=(const PetscEnvironment&) = delete;
    ~PetscEnvironment();
};

} // namespace equipoise::parallel
