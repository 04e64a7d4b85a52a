#include "equipoise/parallel/petsc_setup.hpp"

#include "equipoise/parallel/petsc.hpp"

#include <petscdmcomposite.h>
#include <petscdmredundant.h>

#include <cstdint>

namespace equipoise::parallel {

std::vector<PetscInt> rows_by_rank(const Communicator& comm, std::size_t own) {
    std::vector<std::int64_t> counts(static_cast<std::size_t>(comm.size()), 0);
    counts[static_cast<std::size_t>(comm.rank())] = static_cast<std::int64_t>(own);
    comm.sum(counts);
    return {counts.begin(), counts.end()};
}

void StateLayout::create(const Communicator& comm, DM rows, PetscInt multiplier_count,
                         const std::string& name) {
    EQUIPOISE_PETSC(DMCompositeCreate(comm.handle(), dm.out()));
    if (rows != nullptr) {
        EQUIPOISE_PETSC(DMCompositeAddDM(dm.get(), rows));
    }
    if (multiplier_count > 0) {
        EQUIPOISE_PETSC(DMRedundantCreate(comm.handle(), 0, multiplier_count, multipliers.out()));
        EQUIPOISE_PETSC(DMCompositeAddDM(dm.get(), multipliers.get()));
    }
    EQUIPOISE_PETSC(DMSetUp(dm.get()));
    EQUIPOISE_PETSC(DMCreateGlobalVector(dm.get(), state.out()));
    EQUIPOISE_PETSC(PetscObjectSetName(reinterpret_cast<PetscObject>(state.get()), name.c_str()));
}

void create_ts(const Communicator& comm, const std::string& prefix, const StateLayout& layout,
               TsHandle& ts) {
    EQUIPOISE_PETSC(TSCreate(comm.handle(), ts.out()));
    EQUIPOISE_PETSC(TSSetOptionsPrefix(ts.get(), prefix.c_str()));
    EQUIPOISE_PETSC(TSSetDM(ts.get(), layout.dm.get()));
    EQUIPOISE_PETSC(TSSetProblemType(ts.get(), TS_NONLINEAR));
    EQUIPOISE_PETSC(TSSetSolution(ts.get(), layout.state.get()));
    EQUIPOISE_PETSC(TSSetExactFinalTime(ts.get(), TS_EXACTFINALTIME_STEPOVER));
    EQUIPOISE_PETSC(TSSetErrorIfStepFails(ts.get(), PETSC_FALSE));
}

void create_shell(Vec like, void* context, MatHandle& matrix) {
    MPI_Comm comm = MPI_COMM_NULL;
    PetscInt size = 0;
    PetscInt global = 0;
    EQUIPOISE_PETSC(PetscObjectGetComm(reinterpret_cast<PetscObject>(like), &comm));
    EQUIPOISE_PETSC(VecGetLocalSize(like, &size));
    EQUIPOISE_PETSC(VecGetSize(like, &global));
    EQUIPOISE_PETSC(MatCreateShell(comm, size, size, global, global, context, matrix.out()));
}

PetscErrorCode mark_assembled(Mat matrix, Mat preconditioner) {
    for (Mat each : {matrix, preconditioner}) {
        PetscErrorCode code = MatAssemblyBegin(each, MAT_FINAL_ASSEMBLY);
        if (code == 0) {
            code = MatAssemblyEnd(each, MAT_FINAL_ASSEMBLY);
        }
        if (code != 0) {
            return code;
        }
    }
    return static_cast<PetscErrorCode>(0);
}

void solve_directly(TS ts, void* context, PetscErrorCode (*apply)(PC, Vec, Vec), const char* name) {
    SNES snes = nullptr;
    KSP ksp = nullptr;
    PC preconditioner = nullptr;
    EQUIPOISE_PETSC(TSGetSNES(ts, &snes));
    EQUIPOISE_PETSC(SNESGetKSP(snes, &ksp));
    EQUIPOISE_PETSC(KSPSetType(ksp, KSPPREONLY));
    EQUIPOISE_PETSC(KSPGetPC(ksp, &preconditioner));
    EQUIPOISE_PETSC(PCSetType(preconditioner, PCSHELL));
    EQUIPOISE_PETSC(PCShellSetContext(preconditioner, context));
    EQUIPOISE_PETSC(PCShellSetApply(preconditioner, apply));
    EQUIPOISE_PETSC(PCShellSetName(preconditioner, name));
}

void default_to_maximum_norm(const std::string& prefix) {
    PetscBool given = PETSC_FALSE;
    EQUIPOISE_PETSC(PetscOptionsHasName(nullptr, prefix.c_str(), "-ts_adapt_wnormtype", &given));
    if (given == PETSC_FALSE) {
        EQUIPOISE_PETSC(PetscOptionsSetValue(nullptr, ("-" + prefix + "ts_adapt_wnormtype").c_str(),
                                             "infinity"));
    }
}

} // namespace equipoise::parallel
