#pragma once

#include <petsclog.h>

#include <cstddef>
#include <string>
#include <vector>

namespace equipoise::parallel {

/// A stage and the events of one solver in PETSc's -log_view; the seconds of the events are also
/// summed up here. One for each solver in a program, for the program's life.
class PetscEvents {
  public:
    /// Names as -log_view prints them.
    PetscEvents(std::string stage, std::vector<std::string> events);

    /// Registers them, once for each life of PETSc. PETSc must have been started.
    void register_all();
    [[nodiscard]] PetscLogStage stage() const noexcept { return stage_; }
    /// Seconds spent in an event on this rank since the program's start.
    [[nodiscard]] double seconds(std::size_t event) const { return seconds_[event]; }

    /// An event from here to the end of the object's life. Where register_all() was not called, it
    /// only counts the seconds.
    class Scope {
      public:
        Scope(PetscEvents& events, std::size_t event);
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;
        ~Scope();

      private:
        PetscEvents* events_;
        std::size_t event_;
        double start_;
    };

  private:
    std::string stage_name_;
    std::vector<std::string> names_;
    bool registered_ = false;
    PetscLogStage stage_ = -1;
    std::vector<PetscLogEvent> ids_;
    std::vector<double> seconds_;
};

} // namespace equipoise::parallel
