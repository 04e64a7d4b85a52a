#include "equipoise/model/expression_parser.hpp"
#include "equipoise/model/families.hpp"
#include "equipoise/model/interpolant.hpp"

#include <boost/math/interpolators/cardinal_quintic_b_spline.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <vector>

namespace equipoise::model {

namespace {

double finite_value(const ExpressionParser& parser, double z) {
    const double value = parser({z, 0.0, 0.0});
    if (!std::isfinite(value)) {
        throw std::invalid_argument(fmt::format(
            "the expression is {} at z = {}; change it, or its range (from, to)", value, z));
    }
    return value;
}

/// Value, slope and curvature at a knot, the cell's width being the unit of length.
using Jet = std::array<double, 3>;

/// The polynomial of degree 5 in (z - knot) that has given jets at both ends of its cell.
Interpolant::Piece hermite(double knot, double width, const Jet& left, const Jet& right) {
    const double rise = right[0] - left[0];
    const std::array<double, 6> scaled{
        left[0],
        left[1],
        0.5 * left[2],
        10.0 * rise - 6.0 * left[1] - 4.0 * right[1] - 1.5 * left[2] + 0.5 * right[2],
        -15.0 * rise + 8.0 * left[1] + 7.0 * right[1] + 1.5 * left[2] - right[2],
        6.0 * rise - 3.0 * left[1] - 3.0 * right[1] - 0.5 * left[2] + 0.5 * right[2]};
    Interpolant::Piece piece{knot, {}};
    double power = 1.0;
    for (std::size_t k = 0; k < scaled.size(); ++k) {
        piece.coefficients[k] = scaled[k] / power;
        power *= width;
    }
    return piece;
}

} // namespace

FunctionPointer make_expression(const std::string& text, double from, double to,
                                std::size_t points) {
    const ExpressionParser parser(text, {{"z", 0}});
    const std::size_t cells = std::max<std::size_t>(points, 16);
    const double width = (to - from) / static_cast<double>(cells);
    const auto knot = [&](std::size_t i) {
        return i == cells ? to : from + static_cast<double>(i) * width;
    };
    if (!(from < to && std::isfinite(to - from)) || !(knot(cells - 1) < to) ||
        !(knot(0) < knot(1))) {
        throw std::invalid_argument(
            fmt::format("the range from {} to {} has no room for {} cells", from, to, cells));
    }
    std::vector<double> samples;
    for (std::size_t i = 0; i <= cells; ++i) {
        samples.push_back(finite_value(parser, knot(i)));
    }
    // With knots at 0, 1, 2, ... no evaluation at a knot is past the spline's end by rounding. The
    // spline is C4; jets at both ends of a cell fix its quintic there, so nothing is lost.
    const boost::math::interpolators::cardinal_quintic_b_spline<double> spline(samples, 0.0, 1.0);
    const auto jet = [&](std::size_t i) {
        const auto at = static_cast<double>(i);
        return Jet{samples[i], spline.prime(at), spline.double_prime(at)};
    };
    std::vector<Interpolant::Piece> pieces;
    for (std::size_t i = 0; i < cells; ++i) {
        pieces.push_back(hermite(knot(i), width, jet(i), jet(i + 1)));
    }
    const Jet end = jet(cells);
    pieces.push_back({to, {end[0], end[1] / width, 0.5 * end[2] / (width * width)}});
    if (!Interpolant::all_finite(pieces)) {
        throw std::invalid_argument("the expression is too large to be interpolated");
    }

    const std::string description =
        fmt::format("expression(\"{}\", from={}, to={}, points={})", text, from, to, points);
    const Interpolant trial(pieces, Interpolant::Knots::uniform, description, 0.0);
    double error = 0.0;
    for (std::size_t i = 0; i < cells; ++i) {
        for (const double part : {1.0 / 3.0, 0.5, 2.0 / 3.0}) {
            const double z = knot(i) + part * width;
            error = std::max(error, std::abs(trial.value(z) - finite_value(parser, z)));
        }
    }
    return std::make_shared<Interpolant>(pieces, Interpolant::Knots::uniform, description, error);
}

} // namespace equipoise::model
