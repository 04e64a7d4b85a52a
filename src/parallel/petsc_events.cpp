#include "equipoise/parallel/petsc_events.hpp"

#include "equipoise/parallel/petsc.hpp"

#include <chrono>
#include <utility>

namespace equipoise::parallel {

namespace {

double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

} // namespace

PetscEvents::PetscEvents(std::string stage, std::vector<std::string> events)
    : stage_name_(std::move(stage)), names_(std::move(events)), ids_(names_.size()),
      seconds_(names_.size(), 0.0) {}

void PetscEvents::register_all() {
    // PETSc forgets its events when it ends; asking by name tells whether it is a new life.
    PetscLogStage stage = -1;
    EQUIPOISE_PETSC(PetscLogStageGetId(stage_name_.c_str(), &stage));
    if (stage >= 0 && registered_) {
        return;
    }
    PetscClassId id = 0;
    EQUIPOISE_PETSC(PetscClassIdRegister(stage_name_.c_str(), &id));
    EQUIPOISE_PETSC(PetscLogStageRegister(stage_name_.c_str(), &stage_));
    for (std::size_t i = 0; i < names_.size(); ++i) {
        EQUIPOISE_PETSC(PetscLogEventRegister(names_[i].c_str(), id, &ids_[i]));
    }
    registered_ = true;
}

PetscEvents::Scope::Scope(PetscEvents& events, std::size_t event)
    : events_(&events), event_(event), start_(now()) {
    if (events_->registered_) {
        PetscLogEventBegin(events_->ids_[event_], nullptr, nullptr, nullptr, nullptr);
    }
}

PetscEvents::Scope::~Scope() {
    events_->seconds_[event_] += now() - start_;
    if (events_->registered_) {
        PetscLogEventEnd(events_->ids_[event_], nullptr, nullptr, nullptr, nullptr);
    }
}

} // namespace equipoise::parallel
