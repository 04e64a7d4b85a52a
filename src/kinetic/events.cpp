#include "equipoise/kinetic/events.hpp"

namespace equipoise::kinetic {

namespace {

parallel::PetscEvents& events() {
    static parallel::PetscEvents instance(
        "Kinetic", {"KineticAssembly", "KineticSolve", "KineticMoments", "KineticLimiter"});
    return instance;
}

} // namespace

void register_events() {
    events().register_all();
}

PetscLogStage kinetic_stage() {
    return events().stage();
}

double event_seconds(Event event) {
    return events().seconds(static_cast<std::size_t>(event));
}

ScopedEvent::ScopedEvent(Event event) : scope_(events(), static_cast<std::size_t>(event)) {}

} // namespace equipoise::kinetic
