#pragma once

#include "equipoise/parallel/petsc_events.hpp"

/// The kinetic solver's entries in PETSc's -log_view, also summed up by ourselves.
namespace equipoise::kinetic {

enum class Event { assembly, solve, moments, limiter };

/// Registers the stage and the events, once for each life of PETSc. PETSc must have been started.
void register_events();
/// The stage "Kinetic".
PetscLogStage kinetic_stage();
/// Seconds spent in an event on this rank since the program's start.
double event_seconds(Event event);

/// An event from here to the end of the object's life. Where register_events() was not called, it
/// only counts the seconds.
class ScopedEvent {
  public:
    explicit ScopedEvent(Event event);

  private:
    parallel::PetscEvents::Scope scope_;
};

} // namespace equipoise::kinetic
