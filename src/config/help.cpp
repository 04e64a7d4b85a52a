#include "equipoise/config/help.hpp"

#include "equipoise/config/catalogue.hpp"
#include "equipoise/config/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace equipoise::config {

namespace {

constexpr std::size_t columns = 100;
constexpr Role roles[] = {Role::drift, Role::noise, Role::gain, Role::kernel};

/// Text broken between words, every line indented.
std::string wrapped(std::string_view text, std::size_t indent) {
    std::string result;
    std::size_t column = 0;
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        if (column > 0 && column + 1 + word.size() <= columns) {
            result += ' ';
            column += 1 + word.size();
        } else {
            result += column > 0 ? "\n" : "";
            result.append(indent, ' ');
            column = indent + word.size();
        }
        result += word;
    }
    return result + '\n';
}

std::string default_text(const Option& option) {
    if (option.required) {
        return "required";
    }
    return option.fallback.empty() ? "default: empty" : "default: " + option.fallback;
}

/// What is known of a parameter, as in "tau > 0: time constant".
std::string parameter_text(const Parameter& parameter) {
    const std::string range = parameter.range.text();
    return fmt::format("{}{}{}: {}", parameter.name, range.empty() ? "" : " ", range,
                       parameter.meaning);
}

std::string parameters_text(const Family& family) {
    std::string text;
    for (const Parameter& parameter : family.parameters) {
        text += (text.empty() ? "" : "; ") + parameter_text(parameter);
    }
    return text;
}

/// For a cell of a Markdown table.
std::string cell(std::string text) {
    for (std::size_t at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2)) {
        text.insert(at, 1, '\\');
    }
    return text;
}

std::string heading(Role role) {
    switch (role) {
    case Role::drift:
        return "Drifts f(z)";
    case Role::noise:
        return "Noise intensities sigma(z)";
    case Role::gain:
        return "Gains G(z)";
    case Role::kernel:
        break;
    }
    return "Kernels K(d), d the displacement";
}

/// Calls visit(title, families) for each role, with what drifts, noises and gains share (texts in
/// quotes) as a table of its own.
template <class Visit>
void for_each_table_of_families(Visit&& visit) {
    const auto pick = [](Role role, bool texts) {
        std::vector<const Family*> list;
        for (const Family& family : families(role)) {
            if ((family.arguments == Arguments::text) == texts) {
                list.push_back(&family);
            }
        }
        return list;
    };
    for (const Role role : roles) {
        if (role == Role::kernel) {
            visit("Any drift, noise intensity or gain", pick(Role::gain, true));
        }
        visit(heading(role), pick(role, false));
    }
}

} // namespace

std::string help_text() {
    std::string text =
        "Configuration: [section] and key = value, one per line; what follows a # is a comment.\n"
        "On the command line: --section.key=value. Lists are separated by spaces or commas.\n"
        "Times and lengths are in the units in which the model is written.\n";
    for (const std::string& title : section_titles()) {
        text += fmt::format("\n[{}]\n", title);
        for (const Option* option : section_options(title)) {
            text += fmt::format("  {}.{}\n", title, option->name);
            const std::string unit = option->unit.empty() ? "" : "; unit: " + option->unit;
            text += wrapped(option->meaning, 6);
            text +=
                wrapped(fmt::format("({}{}; {})", option->allowed, unit, default_text(*option)), 6);
        }
    }
    for_each_table_of_families([&text](const std::string& title, const auto& list) {
        text += fmt::format("\n{}\n", title);
        for (const Family* family : list) {
            text += wrapped(family->usage(), 2) + wrapped(family->formula, 6);
            if (!family->parameters.empty()) {
                text += wrapped(parameters_text(*family), 6);
            }
        }
    });
    return text;
}

std::string options_as_markdown() {
    std::string text;
    for (const std::string& title : section_titles()) {
        text += fmt::format("{}### `[{}]`\n\n| key | value | default | unit | meaning |\n"
                            "|---|---|---|---|---|\n",
                            text.empty() ? "" : "\n", title);
        for (const Option* option : section_options(title)) {
            text +=
                fmt::format("| `{}` | {} | {} | {} | {} |\n", option->name, cell(option->allowed),
                            option->required           ? "required"
                            : option->fallback.empty() ? "empty"
                                                       : cell(option->fallback),
                            option->unit, cell(option->meaning));
        }
    }
    return text;
}

std::string families_as_markdown() {
    std::string text;
    for_each_table_of_families([&text](const std::string& title, const auto& list) {
        text += fmt::format("{}### {}\n\n| written | is | parameters |\n|---|---|---|\n",
                            text.empty() ? "" : "\n", title);
        for (const Family* family : list) {
            text += fmt::format("| `{}` | {} | {} |\n", cell(family->usage()),
                                cell(family->formula), cell(parameters_text(*family)));
        }
    });
    return text;
}

} // namespace equipoise::config
