#pragma once

#include "equipoise/parallel/petsc.hpp"

#include <exception>
#include <string_view>
#include <utility>

namespace equipoise::parallel {

/// Takes exceptions across PETSc's C frames, which they must not cross by themselves: a callback
/// keeps its exception here and returns an error code; whoever called PETSc throws it again.
class CallbackFailure {
  public:
    /// Runs the body of a callback; its return code.
    template <class Body>
    PetscErrorCode guarded(const Body& body) {
        try {
            body();
            return static_cast<PetscErrorCode>(0);
        } catch (...) {
            failure_ = std::current_exception();
            return PETSC_ERR_USER;
        }
    }
    /// After a call that ran callbacks: throws what they kept, or what check_petsc() does.
    void check(PetscErrorCode code, std::string_view call) {
        if (failure_) {
            std::rethrow_exception(std::exchange(failure_, nullptr));
        }
        check_petsc(code, call);
    }

  private:
    std::exception_ptr failure_;
};

} // namespace equipoise::parallel
