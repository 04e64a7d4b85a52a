#pragma once

#include "equipoise/config/config.hpp"
#include "equipoise/model/expression_parser.hpp"

#include <array>
#include <string>

namespace equipoise::model {

/// A point of the domain: x[0] on the ring, both on the torus.
using Position = std::array<double, 2>;

/// A user's expression in position and time, evaluated by muParser: t everywhere, x (or x1) on the
/// ring, x1 and x2 (or x for x1) on the torus, and the constant pi. Throws std::invalid_argument in
/// the user's terms when the text does not parse.
class FormulaFunction {
  public:
    FormulaFunction(const std::string& text, config::DomainKind domain);

    [[nodiscard]] double operator()(const Position& x, double t) const {
        return parser_({x[0], x[1], t});
    }
    [[nodiscard]] bool depends_on_position() const noexcept {
        return parser_.depends_on(0) || parser_.depends_on(1);
    }
    [[nodiscard]] bool depends_on_time() const noexcept { return parser_.depends_on(2); }
    /// True when the expression is the constant 0.
    [[nodiscard]] bool is_zero() const;

  private:
    ExpressionParser parser_;
};

} // namespace equipoise::model
