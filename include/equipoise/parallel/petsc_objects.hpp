#pragma once

#include "equipoise/parallel/petsc.hpp"

#include <petscdm.h>
#include <petscmat.h>
#include <petscts.h>
#include <petscvec.h>

namespace equipoise::parallel {

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

/// Read access to a vector's local values for the time of this object's life.
class ReadValues {
  public:
    explicit ReadValues(Vec vector) : vector_(vector) {
        EQUIPOISE_PETSC(VecGetArrayRead(vector_, &values_));
    }
    ReadValues(const ReadValues&) = delete;
    ReadValues& operator=(const ReadValues&) = delete;
    ~ReadValues() { VecRestoreArrayRead(vector_, &values_); }
    [[nodiscard]] const double* data() const noexcept { return values_; }

  private:
    Vec vector_;
    const PetscScalar* values_ = nullptr;
};

/// Write access likewise.
class WriteValues {
  public:
    explicit WriteValues(Vec vector) : vector_(vector) {
        EQUIPOISE_PETSC(VecGetArray(vector_, &values_));
    }
    WriteValues(const WriteValues&) = delete;
    WriteValues& operator=(const WriteValues&) = delete;
    ~WriteValues() { VecRestoreArray(vector_, &values_); }
    [[nodiscard]] double* data() const noexcept { return values_; }

  private:
    Vec vector_;
    PetscScalar* values_ = nullptr;
};

} // namespace equipoise::parallel
