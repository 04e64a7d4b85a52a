#pragma once

#include "equipoise/config/config.hpp"

#include <array>
#include <memory>
#include <span>
#include <string>

namespace equipoise::model {

/// A point of the domain: x[0] on the ring, both on the torus.
using Position = std::array<double, 2>;

/// A user's expression in position and time, evaluated by muParser: x (or x1) on the ring, x1 and
/// x2 (or x for x1) on the torus, t, and the constant pi. Throws std::invalid_argument in the
/// user's terms when the text does not parse.
class FormulaFunction {
  public:
    FormulaFunction(const std::string& text, config::DomainKind domain);
    FormulaFunction(FormulaFunction&&) noexcept;
    FormulaFunction& operator=(FormulaFunction&&) noexcept;
    ~FormulaFunction();

    [[nodiscard]] double operator()(const Position& x, double t) const;
    [[nodiscard]] bool depends_on_position() const noexcept { return position_; }
    [[nodiscard]] bool depends_on_time() const noexcept { return time_; }
    /// True when the expression is the constant 0.
    [[nodiscard]] bool is_zero() const;

  private:
    struct Parser;
    std::unique_ptr<Parser> parser_;
    bool position_ = false;
    bool time_ = false;
};

} // namespace equipoise::model
