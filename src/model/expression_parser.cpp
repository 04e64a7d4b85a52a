#include "equipoise/model/expression_parser.hpp"

#include <fmt/format.h>
#include <muParser.h>

#include <charconv>
#include <cmath>
#include <numbers>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <system_error>

namespace equipoise::model {

struct ExpressionParser::Parser {
    mu::Parser parser;
    Values values{};
};

namespace {

std::string names(const std::vector<ExpressionParser::Variable>& variables) {
    std::string text;
    for (const ExpressionParser::Variable& variable : variables) {
        text += (text.empty() ? "" : ", ") + variable.name;
    }
    return text;
}

/// Position of an assignment (=, +=, -=, ...) or npos; comparisons are none.
std::size_t find_assignment(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '=') {
            continue;
        }
        if (i + 1 < text.size() && text[i + 1] == '=') {
            ++i; // ==
        } else if (i == 0 || std::string_view("<>!").find(text[i - 1]) == std::string_view::npos) {
            return i;
        }
    }
    return std::string_view::npos;
}

/// The value of a text that is a number and nothing else.
std::optional<double> number(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    text = text.substr(first, text.find_last_not_of(" \t") + 1 - first);
    double value = 0.0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    return whole && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

[[noreturn]] void refuse(const mu::Parser::exception_type& error, const std::string& allowed) {
    if (error.GetCode() == mu::ecUNASSIGNABLE_TOKEN) {
        throw std::invalid_argument(
            fmt::format("unknown name '{}' at character {}; the variables here are: {}",
                        error.GetToken(), error.GetPos() + 1, allowed));
    }
    throw std::invalid_argument(fmt::format("the expression does not parse at character {}: {}",
                                            error.GetPos() + 1, error.GetMsg()));
}

} // namespace

ExpressionParser::ExpressionParser(const std::string& text,
                                   const std::vector<Variable>& variables) {
    if (text.find_first_not_of(" \t") == std::string::npos) {
        throw std::invalid_argument("the expression is empty");
    }
    if (const std::size_t at = find_assignment(text); at != std::string_view::npos) {
        throw std::invalid_argument(
            fmt::format("'=' at character {}: nothing can be assigned in an expression", at + 1));
    }
    // As most formulas are, and to set up a parser takes longer than all that is asked of it.
    if (const std::optional<double> value = number(text)) {
        number_ = *value;
        return;
    }
    parser_ = std::make_unique<Parser>();
    mu::Parser& parser = parser_->parser;
    try {
        parser.DefineConst("pi", std::numbers::pi);
        for (const Variable& variable : variables) {
            parser.DefineVar(variable.name, &parser_->values.at(variable.slot));
        }
        parser.SetExpr(text);
        parser.Eval();
        if (parser.GetNumResults() != 1) {
            throw std::invalid_argument("one value is expected, not a list (is a decimal point "
                                        "written as a comma?)");
        }
        const auto& used = parser.GetUsedVar();
        for (const Variable& variable : variables) {
            used_[variable.slot] = used_[variable.slot] || used.count(variable.name) > 0;
        }
    } catch (const mu::Parser::exception_type& error) {
        refuse(error, names(variables));
    }
}

ExpressionParser::ExpressionParser(ExpressionParser&&) noexcept = default;
ExpressionParser& ExpressionParser::operator=(ExpressionParser&&) noexcept = default;
ExpressionParser::~ExpressionParser() = default;

double ExpressionParser::operator()(const Values& values) const {
    if (parser_ == nullptr) {
        return number_;
    }
    parser_->values = values;
    return parser_->parser.Eval();
}

} // namespace equipoise::model
