#pragma once

#include "equipoise/config/config.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace equipoise::config {

/// Reads and checks a configuration file, with overrides "--section.key=value" from the command
/// line on top. Throws InputError with every problem found: its place, what is wrong and what is
/// allowed. What only the model can judge (formulas, tables, balance) is not looked at here.
Config read(const std::string& path, const std::vector<std::string>& overrides = {});

/// The same for the text of a file called `name`; relative paths of tables start at its folder.
Config read_text(std::string_view text, const std::string& name,
                 const std::vector<std::string>& overrides = {});

} // namespace equipoise::config
