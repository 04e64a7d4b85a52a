#include "equipoise/model/formula.hpp"

#include <fmt/format.h>
#include <muParser.h>

#include <numbers>
#include <stdexcept>

namespace equipoise::model {

struct FormulaFunction::Parser {
    mu::Parser parser;
    double x1 = 0.0, x2 = 0.0, t = 0.0;
};

FormulaFunction::FormulaFunction(const std::string& text, config::DomainKind domain)
    : parser_(std::make_unique<Parser>()) {
    mu::Parser& parser = parser_->parser;
    try {
        parser.DefineConst("pi", std::numbers::pi);
        parser.DefineVar("t", &parser_->t);
        std::string allowed = "t";
        if (domain != config::DomainKind::point) {
            parser.DefineVar("x", &parser_->x1);
            parser.DefineVar("x1", &parser_->x1);
            allowed = "x, t";
        }
        if (domain == config::DomainKind::torus) {
            parser.DefineVar("x2", &parser_->x2);
            allowed = "x1, x2, t";
        }
        parser.SetExpr(text);
        for (const auto& [name, value] : parser.GetUsedVar()) {
            if (name != "t" && name != "x" && name != "x1" && name != "x2") {
                throw std::invalid_argument(
                    fmt::format("unknown name '{}'; the variables here are {}", name, allowed));
            }
            position_ = position_ || name != "t";
            time_ = time_ || name == "t";
        }
        parser.Eval();
    } catch (const mu::Parser::exception_type& error) {
        throw std::invalid_argument(
            fmt::format("the expression does not parse: {}", error.GetMsg()));
    }
}

FormulaFunction::FormulaFunction(FormulaFunction&&) noexcept = default;
FormulaFunction& FormulaFunction::operator=(FormulaFunction&&) noexcept = default;
FormulaFunction::~FormulaFunction() = default;

double FormulaFunction::operator()(const Position& x, double t) const {
    parser_->x1 = x[0];
    parser_->x2 = x[1];
    parser_->t = t;
    return parser_->parser.Eval();
}

bool FormulaFunction::is_zero() const {
    return !position_ && !time_ && (*this)({0.0, 0.0}, 0.0) == 0.0;
}

} // namespace equipoise::model
