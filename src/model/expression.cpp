#include "equipoise/model/families.hpp"
#include "equipoise/model/interpolant.hpp"

#include <boost/math/interpolators/cardinal_quintic_b_spline.hpp>
#include <fmt/format.h>
#include <muParser.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <vector>

namespace equipoise::model {

namespace {

/// The user's text in z, evaluated by muParser.
class Expression {
  public:
    explicit Expression(const std::string& text) : text_(text) {
        try {
            parser_.DefineConst("pi", std::numbers::pi);
            parser_.DefineVar("z", &z_);
            parser_.SetExpr(text);
            for (const auto& [name, address] : parser_.GetUsedVar()) {
                if (name != "z") {
                    throw std::invalid_argument(
                        fmt::format("unknown name '{}'; the only variable here is z", name));
                }
            }
            parser_.Eval();
        } catch (const mu::Parser::exception_type& error) {
            throw std::invalid_argument(
                fmt::format("the expression does not parse: {}", error.GetMsg()));
        }
    }

    double operator()(double z) {
        z_ = z;
        const double value = parser_.Eval();
        if (!std::isfinite(value)) {
            throw std::invalid_argument(fmt::format(
                "the expression is not finite at z = {:g}; change it, or its range (from, to)", z));
        }
        return value;
    }

  private:
    std::string text_;
    double z_ = 0.0;
    mu::Parser parser_;
};

} // namespace

FunctionPointer make_expression(const std::string& text, double from, double to,
                                std::size_t points) {
    if (!(from < to)) {
        throw std::invalid_argument(fmt::format("the range [{:g}, {:g}] is empty", from, to));
    }
    Expression expression(text);
    const std::size_t cells = std::max<std::size_t>(points, 16);
    const double width = (to - from) / static_cast<double>(cells);
    std::vector<double> knots;
    std::vector<double> samples;
    for (std::size_t i = 0; i <= cells; ++i) {
        knots.push_back(i == cells ? to : from + static_cast<double>(i) * width);
        samples.push_back(expression(knots.back()));
    }
    // A quintic spline's own pieces: it is C4, and value, slope and curvature at both ends fix a
    // quintic, so nothing is lost on the way to the pieces.
    const boost::math::interpolators::cardinal_quintic_b_spline<double> spline(samples, from,
                                                                               width);
    std::vector<Interpolant::Piece> pieces;
    const auto at = [&](std::size_t i) {
        const double z = std::clamp(knots[i], from, from + width * static_cast<double>(cells));
        return std::array<double, 3>{spline(z), spline.prime(z), spline.double_prime(z)};
    };
    std::array<double, 3> left = at(0);
    for (std::size_t i = 0; i < cells; ++i) {
        const std::array<double, 3> right = at(i + 1);
        pieces.push_back(Interpolant::hermite(knots[i + 1] - knots[i], left, right));
        left = right;
    }
    const std::string description =
        fmt::format("expression(\"{}\", from={:g}, to={:g}, points={})", text, from, to, points);
    const Interpolant trial(knots, pieces, 0.0, description);
    double error = 0.0;
    for (std::size_t i = 0; i < cells; ++i) {
        for (const double part : {1.0 / 3.0, 0.5, 2.0 / 3.0}) {
            const double z = knots[i] + part * (knots[i + 1] - knots[i]);
            error = std::max(error, std::abs(trial.value(z) - expression(z)));
        }
    }
    return std::make_shared<Interpolant>(std::move(knots), pieces, error, description);
}

} // namespace equipoise::model
