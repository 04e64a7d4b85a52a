#pragma once

#include "equipoise/config/config.hpp"
#include "equipoise/config/findings.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace equipoise::config {

/// Tells what is wrong with parts of a configuration that is not sound as a whole: with those whose
/// keys the findings trust.
using PartsJudge = std::function<std::vector<Problem>(const Config&, const Findings&)>;

/// Reads and checks a configuration file, with overrides "--section.key=value" from the command
/// line on top. Throws InputError with every problem found: its place, what is wrong and what is
/// allowed. What only the model can judge (formulas, tables, balance) is not looked at here; but
/// where there are problems already, `judge` may add those that the model has with the rest.
Config read(const std::string& path, const std::vector<std::string>& overrides = {},
            const PartsJudge& judge = {});

/// The same for the text of a file called `name`; relative paths of tables start at its folder.
Config read_text(std::string_view text, const std::string& name,
                 const std::vector<std::string>& overrides = {}, const PartsJudge& judge = {});

} // namespace equipoise::config
