#pragma once

#include "equipoise/util/errors.hpp"

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

/// Keys and values as the user gave them, each with its place; what they mean is not looked at
/// here.
namespace equipoise::config {

inline constexpr std::size_t no_section = std::numeric_limits<std::size_t>::max();

/// key = value, from a file or the command line.
struct Entry {
    std::string key;                  ///< full: section.name
    std::string value;                ///< trimmed, the comment cut off
    Origin origin;                    ///< its value is shortened for display
    std::size_t section = no_section; ///< index of the header above it
    bool comment_cut = false;         ///< a # in its line cut something off
};

/// The name that a header without one gets.
inline constexpr const char* unnamed_section = "?";

/// [name]
struct SectionHeader {
    std::string name;
    int line = 0;
    bool repeated = false; ///< the same header stands further up
};

struct IniText {
    std::vector<Entry> entries; ///< in the order of the text
    std::vector<SectionHeader> sections;
    std::vector<Problem> problems; ///< mistakes of form, and what is given twice
};

/// Reads the text of a configuration file: Boost.Program_options takes keys and values from it, a
/// look over its lines tells where they are. `name` is the file's name for messages.
IniText read_ini(std::string_view text, const std::string& name);

/// Reads words "--section.key=value".
IniText read_overrides(const std::vector<std::string>& words);

/// Text for a message: at most a line long, without control characters.
std::string shown(std::string_view text);

} // namespace equipoise::config
