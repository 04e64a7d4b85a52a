#pragma once

#include <petscdm.h>
#include <petscmat.h>
#include <petscts.h>
#include <petscvec.h>

namespace equipoise::kinetic {

/// Owns a PETSc object: destroys it at the end of its life.
template <class Object, PetscErrorCode (*Destroy)(Object*)>
class PetscHandle {
  public:
    PetscHandle() = default;
    PetscHandle(const PetscHandle&) = delete;
    PetscHandle& operator=(const PetscHandle&) = delete;
    ~PetscHandle() { Destroy(&object_); }

    [[nodiscard]] Object get() const noexcept { return object_; }
    /// For PETSc's create functions.
    [[nodiscard]] Object* out() noexcept { return &object_; }

  private:
    Object object_ = nullptr;
};

using VecHandle = PetscHandle<Vec, VecDestroy>;
using MatHandle = PetscHandle<Mat, MatDestroy>;
using DmHandle = PetscHandle<DM, DMDestroy>;
using TsHandle = PetscHandle<TS, TSDestroy>;

} // namespace equipoise::kinetic
