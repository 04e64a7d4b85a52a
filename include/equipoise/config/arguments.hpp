#pragma once

#include "equipoise/config/complaint.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace equipoise::config {

/// One argument of a function as written.
struct Argument {
    enum class Form { value, named, text, call };
    Form form = Form::value;
    std::string_view name;  ///< of a named one
    std::string_view value; ///< value, text without its quotes, or the whole call
};

/// A call family(argument, ...) taken apart; views into the text.
struct Call {
    std::string_view family;
    std::vector<Argument> arguments;
};

/// Takes a call apart. Without one (a missing parenthesis or quote, text after the end, an empty
/// argument), `complaint` says why; its remedy is empty where the family's usage is the remedy.
std::optional<Call> parse_call(std::string_view text, Complaint& complaint);

/// The name that `text` starts with: letters, digits, underscores, not starting with a digit.
std::string_view leading_name(std::string_view text);

} // namespace equipoise::config
