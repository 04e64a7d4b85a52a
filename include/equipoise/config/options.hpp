#pragma once

#include "equipoise/config/complaint.hpp"
#include "equipoise/config/config.hpp"
#include "equipoise/config/function_text.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// Every key of a configuration, declared once (src/config/options.cpp): the parser, --help, the
/// resolved text and the documentation read this table. Defaults are those of the structs in
/// config.hpp. A new key is one member there and one line in the table.
namespace equipoise::config {

/// How many times a section can occur.
enum class Repeated { once, per_population, per_coupling, per_covariance };

/// The titles of the repeated sections in the documentation: "population.X", "coupling.T.S",
/// "covariance.X.Y".
inline constexpr const char* population_section = "population.X";
inline constexpr const char* coupling_section = "coupling.T.S";
inline constexpr const char* covariance_section = "covariance.X.Y";

/// One key. Functions that take an index mean the population, coupling or covariance of that index.
struct Option {
    std::string section; ///< "run", population_section, coupling_section, ...
    std::string name;
    std::string allowed;  ///< kind of value and its range
    std::string fallback; ///< the default as text; what stands in its place where it depends
    std::string unit;     ///< "time", "length", "minutes", or empty
    std::string meaning;  ///< one sentence
    Repeated repeated = Repeated::once;
    bool required = false;
    /// Tells the member which key it has; to be called before parse, or in place of it.
    std::function<void(Config&, std::size_t, const std::string& key)> name_value;
    std::function<Complaints(Config&, std::size_t, std::string_view, const Context&)> parse;
    std::function<std::string(const Config&, std::size_t)> write;

    /// Full key, with the names of the populations.
    [[nodiscard]] std::string key(const Config& config, std::size_t index) const;
    /// How many such keys this configuration has: 1, or one for each population, coupling or
    /// covariance.
    [[nodiscard]] std::size_t count(const Config& config) const;
};

/// In the order of the documentation. domain.kind and populations.names come before what depends on
/// them.
const std::vector<Option>& options();

/// The sections in order, each once: "run", "domain", ..., "population.X", ...
std::vector<std::string> section_titles();
/// "population.e" -> "population.X", "coupling.e.i" -> "coupling.T.S", ...; others as they are.
std::string section_title(std::string_view section);
/// The keys of a section by its title.
std::vector<const Option*> section_options(std::string_view title);

} // namespace equipoise::config
