#pragma once

#include "equipoise/config/complaint.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What to say about sections and keys that do not exist.
namespace equipoise::config {

/// None for a section that exists with these populations: run, population.e, coupling.e.i, ...
std::optional<Complaint> section_complaint(std::string_view section,
                                           const std::vector<std::string>& populations);

/// For a key that no option has. `in_section`: it stands below a header.
Complaint unknown_key(std::string_view key, bool in_section,
                      const std::vector<std::string>& populations);

/// "a.b.c" -> "a", "b", "c".
std::vector<std::string> split_at_dots(std::string_view text);

} // namespace equipoise::config
