#include "equipoise/config/options.hpp"

namespace equipoise::config {

std::string Option::key(const Config& config, std::size_t index) const {
    switch (repeated) {
    case Repeated::per_population:
        return "population." + config.populations[index].name + '.' + name;
    case Repeated::per_coupling: {
        const Coupling& coupling = config.couplings[index];
        return "coupling." + config.populations[coupling.target].name + '.' +
               config.populations[coupling.source].name + '.' + name;
    }
    case Repeated::per_covariance: {
        const Covariance& covariance = config.covariances[index];
        return "covariance." + config.populations[covariance.first].name + '.' +
               config.populations[covariance.second].name + '.' + name;
    }
    case Repeated::once:
        break;
    }
    return section + '.' + name;
}

std::size_t Option::count(const Config& config) const {
    switch (repeated) {
    case Repeated::per_population:
        return config.populations.size();
    case Repeated::per_coupling:
        return config.couplings.size();
    case Repeated::per_covariance:
        return config.covariances.size();
    case Repeated::once:
        break;
    }
    return 1;
}

std::vector<std::string> section_titles() {
    std::vector<std::string> titles;
    for (const Option& option : options()) {
        if (titles.empty() || titles.back() != option.section) {
            titles.push_back(option.section);
        }
    }
    return titles;
}

std::string section_title(std::string_view section) {
    if (section.rfind("population.", 0) == 0) {
        return population_section;
    }
    if (section.rfind("coupling.", 0) == 0) {
        return coupling_section;
    }
    if (section.rfind("covariance.", 0) == 0) {
        return covariance_section;
    }
    return std::string(section);
}

std::vector<const Option*> section_options(std::string_view title) {
    std::vector<const Option*> list;
    for (const Option& option : options()) {
        if (option.section == title) {
            list.push_back(&option);
        }
    }
    return list;
}

} // namespace equipoise::config
