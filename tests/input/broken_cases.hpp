#pragma once

#include <string>
#include <vector>

namespace equipoise::test {

/// A configuration that must be refused: one case of broken.txt.
struct BrokenCase {
    std::string name;
    std::string text;               ///< the configuration
    std::vector<std::string> words; ///< overrides on the command line
    std::vector<std::string>
        expected;             ///< one per problem; FILE stands for the configuration's path
    bool needs_model = false; ///< found only when the model is built
};

std::vector<BrokenCase> broken_cases();

/// The content of a file below tests/ or input/, by its path from the top of the project.
std::string file_content(const std::string& path);

/// Paths, from the top of the project, of every configuration that is shipped.
std::vector<std::string> shipped_inputs();

} // namespace equipoise::test
