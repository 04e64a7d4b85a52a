#include "equipoise/config/unknown.hpp"

#include "equipoise/config/ini.hpp"
#include "equipoise/config/numbers.hpp"
#include "equipoise/config/options.hpp"
#include "equipoise/config/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace equipoise::config {

namespace {

bool contains(const std::vector<std::string>& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

/// Sections as this configuration would write them.
std::vector<std::string> fixed_sections() {
    std::vector<std::string> titles = section_titles();
    titles.erase(std::remove_if(
                     titles.begin(), titles.end(),
                     [](const std::string& title) { return title.find('.') != std::string::npos; }),
                 titles.end());
    return titles;
}

std::string section_names(const std::vector<std::string>& populations) {
    const std::string first = populations.empty() ? "e" : populations.front();
    const std::string last = populations.empty() ? "i" : populations.back();
    return fmt::format("the sections are {}, and population.{}, coupling.{}.{} (onto {} from {}), "
                       "covariance.{}.{}",
                       join(fixed_sections()), first, first, last, first, last, first, last);
}

std::vector<std::string> names_of(const std::vector<const Option*>& keys) {
    std::vector<std::string> names;
    for (const Option* option : keys) {
        names.push_back(option->name);
    }
    return names;
}

Complaint unknown_population(std::string_view name, const std::vector<std::string>& populations) {
    return {fmt::format("there is no population {}", shown(name)),
            did_you_mean(name, populations, "populations.names has " + join(populations))};
}

} // namespace

std::vector<std::string> split_at_dots(std::string_view text) {
    std::vector<std::string> words;
    std::size_t begin = 0;
    while (true) {
        const std::size_t end = std::min(text.find('.', begin), text.size());
        words.emplace_back(text.substr(begin, end - begin));
        if (end == text.size()) {
            return words;
        }
        begin = end + 1;
    }
}

std::optional<Complaint> section_complaint(std::string_view section,
                                           const std::vector<std::string>& populations) {
    const std::vector<std::string> fixed = fixed_sections();
    if (contains(fixed, section)) {
        return std::nullopt;
    }
    const std::vector<std::string> words = split_at_dots(section);
    const bool covariance = words[0] == "covariance";
    const std::size_t names = words[0] == "population"               ? 1
                              : words[0] == "coupling" || covariance ? 2
                                                                     : 0;
    if (names == 0 || words.size() != names + 1) {
        if (names > 0) {
            return Complaint{covariance   ? "a section of a covariance has two names"
                             : names == 1 ? "a section of a population has one name"
                                          : "a section of a coupling has two names, target and "
                                            "source",
                             section_names(populations)};
        }
        std::string meant = nearest(section, fixed);
        if (meant.empty()) { // [populaton.e]
            meant = nearest(words[0], {"population", "coupling", "covariance"});
            if (!meant.empty()) {
                meant += section.substr(words[0].size());
            }
        }
        return Complaint{"unknown section", meant.empty() ? section_names(populations)
                                                          : "did you mean " + shown(meant) + "? " +
                                                                section_names(populations)};
    }
    for (std::size_t i = 1; i < words.size(); ++i) {
        if (!contains(populations, words[i])) {
            return unknown_population(words[i], populations);
        }
    }
    if (covariance && words[1] == words[2]) {
        return Complaint{
            "a covariance is of two populations",
            fmt::format("that of one with itself is population.{}.variance", shown(words[1]))};
    }
    return std::nullopt;
}

Complaint unknown_key(std::string_view key, bool in_section,
                      const std::vector<std::string>& populations) {
    const std::size_t dot = key.rfind('.');
    const std::string name(key.substr(dot == std::string_view::npos ? 0 : dot + 1));
    // The same name in another section.
    std::vector<std::string> elsewhere;
    for (const Option& option : options()) {
        if (option.name == name) {
            elsewhere.push_back(option.section + '.' + option.name);
        }
    }
    const std::string meant =
        elsewhere.empty() ? "" : "did you mean " + join(elsewhere, " or ") + "? ";
    if (dot == std::string_view::npos) {
        return {"has no section", meant + "a key stands below its [section]"};
    }
    const std::string section(key.substr(0, dot));
    if (const std::optional<Complaint> complaint = section_complaint(section, populations)) {
        if (in_section) {
            return {"unknown key", "a key in a section has no dot"};
        }
        return {fmt::format("section {}: {}", shown(section), complaint->message),
                complaint->remedy};
    }
    const std::string title = section_title(section);
    const std::vector<std::string> names = names_of(section_options(title));
    const std::string allowed = fmt::format("[{}] has {}", section, join(names));
    const std::string near = nearest(name, names);
    if (!near.empty()) {
        return {"unknown key", fmt::format("did you mean {}? {}", near, allowed)};
    }
    return {"unknown key", meant + allowed};
}

} // namespace equipoise::config
