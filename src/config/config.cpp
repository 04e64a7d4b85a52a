#include "equipoise/config/config.hpp"

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

} // namespace equipoise::config
