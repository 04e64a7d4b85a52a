#pragma once

#include "equipoise/parallel/petsc_events.hpp"

/// The field solver's entries in PETSc's -log_view, also summed up by ourselves.
namespace equipoise::field {

enum class Event { expectations, moments };

/// The stage "Field" and its events.
parallel::PetscEvents& events();

/// An event from here to the end of the object's life.
class Scope {
  public:
    explicit Scope(Event event) : scope_(events(), static_cast<std::size_t>(event)) {}

  private:
    parallel::PetscEvents::Scope scope_;
};

} // namespace equipoise::field
