#include "equipoise/config/config.hpp"

#include <numeric>
#include <utility>

namespace equipoise::config {

Problem Config::problem(const std::string& key, std::string message, std::string remedy) const {
    const auto found = origins.find(key);
    return {found == origins.end() ? Origin{{}, 0, key, {}} : found->second, std::move(message),
            std::move(remedy)};
}

const Coupling* Config::coupling(std::size_t target, std::size_t source) const {
    const auto found = std::find_if(couplings.begin(), couplings.end(), [&](const Coupling& one) {
        return one.target == target && one.source == source;
    });
    return found == couplings.end() ? nullptr : &*found;
}

std::vector<std::size_t> Config::linked_populations() const {
    std::vector<std::size_t> linked(populations.size());
    std::iota(linked.begin(), linked.end(), std::size_t{0});
    for (const Covariance& covariance : covariances) {
        const auto [lower, upper] =
            std::minmax(linked[covariance.first], linked[covariance.second]);
        std::replace(linked.begin(), linked.end(), std::size_t{upper}, std::size_t{lower});
    }
    return linked;
}

} // namespace equipoise::config
