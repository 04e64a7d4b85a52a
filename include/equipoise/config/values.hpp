#pragma once

#include "equipoise/config/catalogue.hpp"
#include "equipoise/config/complaint.hpp"
#include "equipoise/config/config.hpp"
#include "equipoise/config/function_text.hpp"
#include "equipoise/config/range.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The kinds of values that an option can have. Each kind says what it allows, reads a text into a
/// member of Config (returning every mistake) and writes it back so that reading gives the same.
/// What a value means may depend on the domain, which is read first.
namespace equipoise::config {

struct TextValue {
    [[nodiscard]] static std::string allowed() { return "text"; }
    static Complaints parse(std::string_view text, const Context&, std::string& value);
    static std::string write(const std::string& value, const Config&) { return value; }
};

struct RealValue {
    Range range;
    [[nodiscard]] std::string allowed() const;
    Complaints parse(std::string_view text, const Context&, double& value) const;
    static std::string write(double value, const Config&);
};

struct IntegerValue {
    std::int64_t lower = 0;
    std::int64_t upper = std::numeric_limits<std::int64_t>::max();
    [[nodiscard]] std::string allowed() const;
    Complaints parse(std::string_view text, const Context&, std::int64_t& value) const;
    static std::string write(std::int64_t value, const Config&);
};

struct SeedValue {
    [[nodiscard]] static std::string allowed();
    static Complaints parse(std::string_view text, const Context&, std::uint64_t& value);
    static std::string write(std::uint64_t value, const Config&);
};

/// The highest recorded wave number; -1, written auto: that of the kernels.
struct ModesValue {
    [[nodiscard]] static std::string allowed() { return "auto, or whole number from 0 to 4096"; }
    static Complaints parse(std::string_view text, const Context&, std::int64_t& value);
    static std::string write(std::int64_t value, const Config&);
};

/// yes or no.
struct SwitchValue {
    [[nodiscard]] static std::string allowed() { return "yes or no"; }
    static Complaints parse(std::string_view text, const Context&, bool& value);
    static std::string write(bool value, const Config&) { return value ? "yes" : "no"; }
};

/// Two numbers, the first less than the second.
struct IntervalValue {
    [[nodiscard]] static std::string allowed() { return "two numbers, ascending"; }
    static Complaints parse(std::string_view text, const Context&, std::array<double, 2>& value);
    static std::string write(const std::array<double, 2>& value, const Config&);
};

/// One length; on the torus two.
struct LengthsValue {
    [[nodiscard]] static std::string allowed() { return "number > 0; torus: two"; }
    static Complaints parse(std::string_view text, const Context&, std::array<double, 2>& value);
    static std::string write(const std::array<double, 2>& value, const Config&);
};

/// One number of sites; on the torus two; on a point one site.
struct SitesValue {
    bool zero_allowed = false; ///< 0: one site per neuron
    [[nodiscard]] std::string allowed() const;
    Complaints parse(std::string_view text, const Context&, SiteCount& value) const;
    static std::string write(const SiteCount& value, const Config&);
};

struct SolversValue {
    [[nodiscard]] static std::string allowed() { return "any of network, kinetic, field"; }
    static Complaints parse(std::string_view text, const Context&, Solvers& value);
    static std::string write(const Solvers& value, const Config&);
};

struct FormulaValue {
    [[nodiscard]] static std::string allowed() { return "expression"; }
    static Complaints parse(std::string_view text, const Context&, Formula& value);
    static std::string write(const Formula& value, const Config&) { return value.text; }
};

struct FunctionValue {
    Role role;
    [[nodiscard]] std::string allowed() const;
    Complaints parse(std::string_view text, const Context& context, FunctionSpec& value) const;
    [[nodiscard]] std::string write(const FunctionSpec& value, const Config& config) const;
};

/// The populations by their names; the rest of each is read from its own section.
struct NamesValue {
    [[nodiscard]] static std::string allowed() { return "names"; }
    static Complaints parse(std::string_view text, const Context&, std::vector<Population>& value);
    static std::string write(const std::vector<Population>& value, const Config&);
};

/// Letters, digits and underscores, starting with a letter.
bool is_population_name(std::string_view name);

/// Complaints of a word that is none of the allowed ones.
Complaints unknown_choice(std::string_view text, const std::vector<std::string>& names);

/// One word of several, for an enumeration whose values are 0, 1, ... in the order of the names.
template <class Enumeration>
struct ChoiceValue {
    std::vector<std::string> names;
    [[nodiscard]] std::string allowed() const {
        std::string text;
        for (const std::string& name : names) {
            text += (text.empty() ? "" : " | ") + name;
        }
        return text;
    }
    Complaints parse(std::string_view text, const Context&, Enumeration& value) const {
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (names[i] == text) {
                value = static_cast<Enumeration>(i);
                return {};
            }
        }
        return unknown_choice(text, names);
    }
    [[nodiscard]] std::string write(Enumeration value, const Config&) const {
        return names.at(static_cast<std::size_t>(value));
    }
};

/// A value that the word auto leaves to the program.
template <class Kind, class Value>
struct AutoValue {
    Kind kind;
    [[nodiscard]] std::string allowed() const { return "auto, or " + kind.allowed(); }
    Complaints parse(std::string_view text, const Context& context,
                     std::optional<Value>& value) const {
        value.reset();
        if (text == "auto") {
            return {};
        }
        Complaints complaints = kind.parse(text, context, value.emplace());
        for (Complaint& complaint : complaints) {
            complaint.remedy += ", or auto";
        }
        return complaints;
    }
    [[nodiscard]] std::string write(const std::optional<Value>& value, const Config& config) const {
        return value ? kind.write(*value, config) : "auto";
    }
};

} // namespace equipoise::config
