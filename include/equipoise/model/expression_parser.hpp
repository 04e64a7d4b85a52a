#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace equipoise::model {

/// A user's expression, parsed by muParser: its functions and operators, the given variables and
/// the constant pi. Assignments and lists of values, which muParser would take, are refused: they
/// are slips of the pen here (0,1 for 0.1).
class ExpressionParser {
  public:
    static constexpr std::size_t most_slots = 3;
    using Values = std::array<double, most_slots>;

    /// A name and the slot of Values that it reads; several names may read the same slot.
    struct Variable {
        std::string name;
        std::size_t slot = 0;
    };

    /// Throws std::invalid_argument in the user's terms (what is wrong, where in the text, which
    /// variables there are) when the text does not parse.
    ExpressionParser(const std::string& text, const std::vector<Variable>& variables);
    ExpressionParser(ExpressionParser&&) noexcept;
    ExpressionParser& operator=(ExpressionParser&&) noexcept;
    ~ExpressionParser();

    [[nodiscard]] double operator()(const Values& values) const;
    /// Whether the text mentions a variable that reads `slot`.
    [[nodiscard]] bool depends_on(std::size_t slot) const { return used_[slot]; }

  private:
    struct Parser;
    double number_ = 0.0;            ///< the value where there is no parser
    std::unique_ptr<Parser> parser_; ///< none where the text is a number
    std::array<bool, most_slots> used_{};
};

} // namespace equipoise::model
