#include "equipoise/kinetic/events.hpp"

#include "equipoise/parallel/petsc.hpp"

#include <array>
#include <chrono>

namespace equipoise::kinetic {

namespace {

constexpr std::array names{"KineticAssembly", "KineticSolve", "KineticMoments", "KineticLimiter"};

struct Registry {
    bool registered = false;
    PetscLogStage stage = -1;
    std::array<PetscLogEvent, names.size()> events{};
    std::array<double, names.size()> seconds{};
};

Registry& registry() {
    static Registry instance;
    return instance;
}

double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

} // namespace

void register_events() {
    Registry& all = registry();
    // PETSc forgets its events when it ends; asking by name tells whether it is a new life.
    PetscLogStage stage = -1;
    EQUIPOISE_PETSC(PetscLogStageGetId("Kinetic", &stage));
    if (stage >= 0 && all.registered) {
        return;
    }
    PetscClassId id = 0;
    EQUIPOISE_PETSC(PetscClassIdRegister("Kinetic", &id));
    EQUIPOISE_PETSC(PetscLogStageRegister("Kinetic", &all.stage));
    for (std::size_t i = 0; i < names.size(); ++i) {
        EQUIPOISE_PETSC(PetscLogEventRegister(names[i], id, &all.events[i]));
    }
    all.registered = true;
}

PetscLogStage kinetic_stage() {
    return registry().stage;
}

double event_seconds(Event event) {
    return registry().seconds[static_cast<std::size_t>(event)];
}

ScopedEvent::ScopedEvent(Event event) : event_(event), start_(now()) {
    if (registry().registered) {
        PetscLogEventBegin(registry().events[static_cast<std::size_t>(event_)], nullptr, nullptr,
                           nullptr, nullptr);
    }
}

ScopedEvent::~ScopedEvent() {
    const auto i = static_cast<std::size_t>(event_);
    registry().seconds[i] += now() - start_;
    if (registry().registered) {
        PetscLogEventEnd(registry().events[i], nullptr, nullptr, nullptr, nullptr);
    }
}

} // namespace equipoise::kinetic
