#include "equipoise/config/resolved.hpp"

#include "equipoise/config/options.hpp"

#include <fmt/format.h>

#include <string_view>

namespace equipoise::config {

namespace {

/// A tolerance means nothing beside a fixed time step, and reading both is an error.
bool is_unused(const Config& config, std::string_view key) {
    return (key == "kinetic.tolerance" && config.kinetic.time_step) ||
           (key == "field.tolerance" && config.field.time_step);
}

} // namespace

std::string resolved_text(const Config& config) {
    std::string text;
    for (const std::string& title : section_titles()) {
        const std::vector<const Option*> keys = section_options(title);
        for (std::size_t i = 0; i < keys.front()->count(config); ++i) {
            const std::string first = keys.front()->key(config, i);
            text += fmt::format("{}[{}]\n", text.empty() ? "" : "\n",
                                first.substr(0, first.rfind('.')));
            for (const Option* option : keys) {
                if (!is_unused(config, option->key(config, i))) {
                    const std::string value = option->write(config, i);
                    text += option->name + (value.empty() ? " =" : " = ") + value + '\n';
                }
            }
        }
    }
    return text;
}

} // namespace equipoise::config
