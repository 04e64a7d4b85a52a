#pragma once

#include "equipoise/parallel/communicator.hpp"
#include "equipoise/parallel/petsc.hpp"

#include <string>

/// PETSc for one test, on all ranks.
struct PetscSession {
    equipoise::parallel::Communicator world = equipoise::parallel::Communicator::world();
    equipoise::parallel::PetscEnvironment petsc;

    explicit PetscSession(const std::string& options = {}) : petsc(world, options) {}
};
