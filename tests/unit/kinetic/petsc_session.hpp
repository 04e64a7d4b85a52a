#pragma once

#include "equipoise/parallel/communicator.hpp"
#include "equipoise/parallel/petsc.hpp"

#include <string>

/// PETSc for one test, on all ranks. At its end PETSc names every object and allocation that is
/// left; the tests' list fails a test that prints such a line.
struct PetscSession {
    equipoise::parallel::Communicator world = equipoise::parallel::Communicator::world();
    equipoise::parallel::PetscEnvironment petsc;

    explicit PetscSession(const std::string& options = {})
        : petsc(world, "-malloc_dump -objects_dump " + options) {}
};
