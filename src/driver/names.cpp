#include "equipoise/driver/names.hpp"

namespace equipoise::driver {

std::vector<std::string> population_names(const model::Model& model) {
    std::vector<std::string> names;
    for (const model::Population& population : model.populations()) {
        names.push_back(population.name);
    }
    return names;
}

std::vector<std::string> pair_names(const model::Model& model) {
    std::vector<std::string> names;
    for (const model::Covariance& pair : model.covariances()) {
        names.push_back(model.population(pair.first).name + " " +
                        model.population(pair.second).name);
    }
    return names;
}

std::vector<std::string> mode_names(const model::Model& model, const model::Basis& basis) {
    const bool torus = model.domain().kind == config::DomainKind::torus;
    std::vector<std::string> names;
    for (const model::Mode& mode : basis.modes()) {
        names.push_back(mode.name(torus));
    }
    return names;
}

} // namespace equipoise::driver
