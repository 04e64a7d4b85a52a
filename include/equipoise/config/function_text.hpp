#pragma once

#include "equipoise/config/catalogue.hpp"
#include "equipoise/config/complaint.hpp"
#include "equipoise/config/config.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Functions as a user writes them: family(argument, ...), checked against the catalogue.
namespace equipoise::config {

/// What the reading of a value needs to know about the rest of the configuration.
struct Context {
    std::optional<DomainKind> domain; ///< none: not known (it has a mistake of its own)
    std::string directory;            ///< relative paths of tables start here; empty: as they are
};

/// Reads `text` into `spec` (its key stays as it is). Returns every mistake found; `spec` is
/// meaningful only where there is none.
Complaints parse_function(std::string_view text, Role role, const Context& context,
                          FunctionSpec& spec);

/// The text that reads back to the same function.
std::string write_function(const FunctionSpec& spec, Role role, DomainKind domain);

} // namespace equipoise::config
