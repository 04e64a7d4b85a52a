#include "equipoise/model/formula.hpp"

#include <vector>

namespace equipoise::model {

namespace {

std::vector<ExpressionParser::Variable> variables(config::DomainKind domain) {
    switch (domain) {
    case config::DomainKind::point:
        return {{"t", 2}};
    case config::DomainKind::ring:
        return {{"x", 0}, {"x1", 0}, {"t", 2}};
    case config::DomainKind::torus:
        return {{"x1", 0}, {"x2", 1}, {"x", 0}, {"t", 2}};
    }
    return {};
}

} // namespace

FormulaFunction::FormulaFunction(const std::string& text, config::DomainKind domain)
    : parser_(text, variables(domain)) {}

bool FormulaFunction::is_zero() const {
    return !depends_on_position() && !depends_on_time() && (*this)({0.0, 0.0}, 0.0) == 0.0;
}

} // namespace equipoise::model
