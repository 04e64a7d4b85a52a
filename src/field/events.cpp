#include "equipoise/field/events.hpp"

namespace equipoise::field {

parallel::PetscEvents& events() {
    static parallel::PetscEvents instance("Field", {"FieldExpectation", "FieldMoments"});
    return instance;
}

} // namespace equipoise::field
