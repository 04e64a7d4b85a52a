#include "equipoise/config/arguments.hpp"

#include "equipoise/config/numbers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace equipoise::config {

namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Walks over the text between the parentheses and cuts it at the commas that stand neither in
/// quotes nor in inner parentheses. Returns the position after the closing parenthesis, or npos.
std::size_t cut(std::string_view text, std::size_t at, std::vector<std::string_view>& pieces,
                bool& in_quotes) {
    std::size_t begin = at;
    int depth = 1;
    in_quotes = false;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '"') {
            in_quotes = !in_quotes;
        } else if (in_quotes) {
            continue;
        } else if (c == '(') {
            ++depth;
        } else if (c == ')') {
            --depth;
        }
        if (!in_quotes && ((c == ',' && depth == 1) || depth == 0)) {
            pieces.push_back(trim(text.substr(begin, at - begin)));
            begin = at + 1;
        }
        if (depth == 0) {
            return at + 1;
        }
    }
    return std::string_view::npos;
}

Argument classify(std::string_view piece) {
    using Form = Argument::Form;
    if (piece.size() >= 2 && piece.front() == '"' && piece.back() == '"' &&
        std::count(piece.begin(), piece.end(), '"') == 2) {
        return {Form::text, {}, piece.substr(1, piece.size() - 2)};
    }
    const std::string_view name = leading_name(piece);
    if (!name.empty()) {
        const std::string_view rest = trim(piece.substr(name.size()));
        if (!rest.empty() && rest.front() == '=') {
            return {Form::named, name, trim(rest.substr(1))};
        }
        if (!rest.empty() && rest.front() == '(') {
            return {Form::call, {}, piece};
        }
    }
    return {Form::value, {}, piece};
}

} // namespace

std::string_view leading_name(std::string_view text) {
    if (text.empty() || !is_letter(text.front())) {
        return {};
    }
    const auto* end = std::find_if_not(text.begin(), text.end(),
                                       [](char c) { return is_letter(c) || is_digit(c); });
    return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

std::optional<Call> parse_call(std::string_view text, Complaint& complaint) {
    text = trim(text);
    Call call;
    call.family = leading_name(text);
    if (call.family.empty()) {
        complaint = {"does not start with the name of a family", {}};
        return std::nullopt;
    }
    const std::string_view rest = trim(text.substr(call.family.size()));
    if (rest.empty() || rest.front() != '(') {
        complaint = {rest.empty() ? "has no parentheses"
                                  : fmt::format("has no parenthesis after {}", call.family),
                     {}};
        return std::nullopt;
    }
    std::vector<std::string_view> pieces;
    bool in_quotes = false;
    const std::size_t end = cut(rest, 1, pieces, in_quotes);
    if (end == std::string_view::npos) {
        complaint = in_quotes ? Complaint{"the closing quote is missing", {}}
                              : Complaint{"the closing parenthesis is missing", {}};
        return std::nullopt;
    }
    if (const std::string_view after = trim(rest.substr(end)); !after.empty()) {
        complaint = {fmt::format("'{}' after the closing parenthesis is not understood", after),
                     "one function is allowed; sums and products of functions are written as "
                     "expression(\"...\")"};
        return std::nullopt;
    }
    if (pieces.size() == 1 && pieces.front().empty()) {
        return call;
    }
    for (const std::string_view piece : pieces) {
        if (piece.empty()) {
            complaint = {"an argument is empty",
                         "arguments are separated by single commas, without one at the end"};
            return std::nullopt;
        }
        call.arguments.push_back(classify(piece));
    }
    return call;
}

} // namespace equipoise::config
