#include "equipoise/config/values.hpp"

#include "equipoise/config/arguments.hpp"
#include "equipoise/config/numbers.hpp"
#include "equipoise/config/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace equipoise::config {

namespace {

constexpr std::size_t most_populations = 100;
constexpr std::size_t longest_name = 64;
constexpr std::int64_t most_recorded_waves = 4096;

/// A list of exactly `count` numbers.
Complaints parse_reals(std::string_view text, const Range& range, const std::string& allowed,
                       double* values, std::size_t count) {
    const std::vector<std::string_view> words = split_list(text);
    if (words.size() != count) {
        return {
            {fmt::format("has {} value{}", words.size(), words.size() == 1 ? "" : "s"), allowed}};
    }
    Complaints complaints;
    for (std::size_t i = 0; i < count; ++i) {
        for (Complaint& complaint : parse_real(words[i], range, values[i])) {
            complaints.push_back(
                {fmt::format("{} {}", words[i], complaint.message), complaint.remedy});
        }
    }
    return complaints;
}

std::string write_pair(const std::array<double, 2>& value) {
    return write_real(value[0]) + ' ' + write_real(value[1]);
}

} // namespace

// --- text

Complaints TextValue::parse(std::string_view text, const Context&, std::string& value) {
    value = text;
    return {};
}

Complaints FormulaValue::parse(std::string_view text, const Context&, Formula& value) {
    value.text = text;
    if (text.empty()) {
        return {{"has no value", "an expression is allowed, as in 0.1 + 0.05*sin(t); or leave the "
                                 "key out"}};
    }
    return {};
}

// --- numbers

std::string RealValue::allowed() const {
    const std::string text = range.text();
    return text.empty() ? "number" : "number " + text;
}

Complaints RealValue::parse(std::string_view text, const Context&, double& value) const {
    return parse_real(text, range, value);
}

std::string RealValue::write(double value, const Config&) {
    return write_real(value);
}

std::string IntegerValue::allowed() const {
    return upper == std::numeric_limits<std::int64_t>::max()
               ? fmt::format("whole number >= {}", lower)
               : fmt::format("whole number from {} to {}", lower, upper);
}

Complaints IntegerValue::parse(std::string_view text, const Context&, std::int64_t& value) const {
    return parse_integer(text, lower, upper, value);
}

std::string IntegerValue::write(std::int64_t value, const Config&) {
    return std::to_string(value);
}

std::string SeedValue::allowed() {
    return "whole number from 0 to 2^64 - 1";
}

Complaints SeedValue::parse(std::string_view text, const Context&, std::uint64_t& value) {
    return parse_seed(text, value);
}

std::string SeedValue::write(std::uint64_t value, const Config&) {
    return std::to_string(value);
}

Complaints ModesValue::parse(std::string_view text, const Context&, std::int64_t& value) {
    if (text == "auto") {
        value = -1;
        return {};
    }
    Complaints complaints = parse_integer(text, 0, most_recorded_waves, value);
    for (Complaint& complaint : complaints) {
        complaint.remedy += ", or auto";
    }
    return complaints;
}

std::string ModesValue::write(std::int64_t value, const Config&) {
    return value < 0 ? "auto" : std::to_string(value);
}

Complaints SwitchValue::parse(std::string_view text, const Context&, bool& value) {
    value = text == "yes" || text == "true";
    if (value || text == "no" || text == "false") {
        return {};
    }
    return {{"is neither yes nor no", "yes or no is allowed"}};
}

// --- pairs

Complaints IntervalValue::parse(std::string_view text, const Context&,
                                std::array<double, 2>& value) {
    const std::string allowed = "two numbers are allowed, the lower first";
    std::array<double, 2> result{};
    Complaints complaints = parse_reals(text, Range::any(), allowed, result.data(), 2);
    if (complaints.empty() && !(result[0] < result[1])) {
        return {{"is an empty range", allowed}};
    }
    value = result;
    return complaints;
}

std::string IntervalValue::write(const std::array<double, 2>& value, const Config&) {
    return write_pair(value);
}

Complaints LengthsValue::parse(std::string_view text, const Context& context,
                               std::array<double, 2>& value) {
    std::optional<DomainKind> domain = context.domain;
    std::array<double, 2> result{1.0, 1.0};
    if (!domain) { // what it is allowed to be is not known: any of the two
        domain = split_list(text).size() == 2 ? DomainKind::torus : DomainKind::ring;
    }
    const bool torus = *domain == DomainKind::torus;
    Complaints complaints = parse_reals(text, Range::positive(),
                                        torus ? "two lengths are allowed on the torus, as in 1 1"
                                              : "one length is allowed",
                                        result.data(), torus ? 2 : 1);
    value = result;
    return complaints;
}

std::string LengthsValue::write(const std::array<double, 2>& value, const Config& config) {
    return config.domain.kind == DomainKind::torus ? write_pair(value) : write_real(value[0]);
}

// --- sites

std::string SitesValue::allowed() const {
    return zero_allowed ? "whole number >= 0; torus: two" : "whole number >= 1; torus: two";
}

Complaints SitesValue::parse(std::string_view text, const Context& context,
                             SiteCount& value) const {
    constexpr std::int64_t most = 1000000000;
    const std::vector<std::string_view> words = split_list(text);
    const std::optional<DomainKind> domain = context.domain;
    const std::string zero = zero_allowed ? ", or 0 for one site per neuron" : "";
    SiteCount result{0, 1};
    if (words.size() == 1 && zero_allowed && parse_integer(words[0], 0, 0, result[0]).empty()) {
        value = {0, 0};
        return {};
    }
    const bool torus = domain == DomainKind::torus;
    const std::size_t count = torus || (!domain && words.size() == 2) ? 2 : 1;
    if (words.size() != count) {
        return {{fmt::format("has {} number{}", words.size(), words.size() == 1 ? "" : "s"),
                 (torus ? "two are allowed on the torus, as in 16 16"
                        : "one whole number is allowed; two on the torus") +
                     zero}};
    }
    Complaints complaints;
    for (std::size_t i = 0; i < count; ++i) {
        for (Complaint& complaint : parse_integer(words[i], 1, most, result[i])) {
            complaints.push_back(
                {fmt::format("{} {}", words[i], complaint.message), complaint.remedy + zero});
        }
    }
    if (complaints.empty() && domain == DomainKind::point && result[0] != 1) {
        return {{"a point is a single site",
                 zero_allowed ? "leave the key out, or write 0" : "leave the key out, or write 1"}};
    }
    value = result;
    return complaints;
}

std::string SitesValue::write(const SiteCount& value, const Config& config) {
    const bool two = config.domain.kind == DomainKind::torus && value[0] > 0;
    return two ? fmt::format("{} {}", value[0], value[1]) : std::to_string(value[0]);
}

// --- words

Complaints unknown_choice(std::string_view text, const std::vector<std::string>& names) {
    return {{text.empty() ? "has no value" : "is not one of the choices",
             did_you_mean(text, names, "allowed: " + join(names))}};
}

Complaints SolversValue::parse(std::string_view text, const Context&, Solvers& value) {
    value = {false, false, false};
    Complaints complaints;
    for (const std::string_view word : split_list(text)) {
        bool* solver = word == "network"   ? &value.network
                       : word == "kinetic" ? &value.kinetic
                       : word == "field"   ? &value.field
                                           : nullptr;
        if (solver == nullptr) {
            complaints.push_back({fmt::format("{} is not a solver", word),
                                  did_you_mean(word, {"network", "kinetic", "field"},
                                               "allowed: any of network, kinetic, field")});
        } else if (*solver) {
            complaints.push_back({fmt::format("{} is given twice", word), "give it once"});
        } else {
            *solver = true;
        }
    }
    if (complaints.empty() && value == Solvers{false, false, false}) {
        complaints.push_back(
            {"names no solver", "at least one of network, kinetic, field is needed"});
    }
    return complaints;
}

std::string SolversValue::write(const Solvers& value, const Config&) {
    std::vector<std::string> words;
    for (const auto& [on, name] : {std::pair{value.network, "network"},
                                   {value.kinetic, "kinetic"},
                                   {value.field, "field"}}) {
        if (on) {
            words.emplace_back(name);
        }
    }
    return join(words, " ");
}

bool is_population_name(std::string_view name) {
    return !name.empty() && name.size() <= longest_name && leading_name(name) == name &&
           name.front() != '_';
}

Complaints NamesValue::parse(std::string_view text, const Context&,
                             std::vector<Population>& value) {
    Complaints complaints;
    std::set<std::string_view> seen;
    value.clear();
    const std::vector<std::string_view> words = split_list(text);
    if (words.size() > most_populations) {
        return {{fmt::format("names {} populations", words.size()),
                 fmt::format("at most {} are allowed", most_populations)}};
    }
    for (const std::string_view word : words) {
        if (!is_population_name(word)) {
            complaints.push_back(
                {fmt::format("'{}' is not a name for a population", word),
                 fmt::format("letters, digits and underscores are allowed, a letter first, at most "
                             "{}",
                             longest_name)});
        } else if (!seen.insert(word).second) {
            complaints.push_back({fmt::format("the population {} is named twice", word),
                                  "name each population once"});
        } else {
            value.emplace_back().name = word;
        }
    }
    if (words.empty()) {
        complaints.push_back({"names no population", "at least one name is needed, as in e i"});
    }
    return complaints;
}

std::string NamesValue::write(const std::vector<Population>& value, const Config&) {
    std::vector<std::string> names;
    for (const Population& population : value) {
        names.push_back(population.name);
    }
    return join(names, " ");
}

// --- functions

std::string FunctionValue::allowed() const {
    std::string text;
    for (const std::string& name : family_names(role)) {
        text += (text.empty() ? "" : " | ") + name + "(...)";
    }
    return text;
}

Complaints FunctionValue::parse(std::string_view text, const Context& context,
                                FunctionSpec& value) const {
    return parse_function(text, role, context, value);
}

std::string FunctionValue::write(const FunctionSpec& value, const Config& config) const {
    return write_function(value, role, config.domain.kind);
}

} // namespace equipoise::config
