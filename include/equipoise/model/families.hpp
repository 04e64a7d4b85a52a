#pragma once

#include "equipoise/config/config.hpp"
#include "equipoise/model/function.hpp"

#include <string>

/// From a family's name and parameters (config/catalogue.hpp) to the function. A new family is one
/// entry in the catalogue and one line in src/model/families.cpp.
namespace equipoise::model {

/// f(z): linear -z/tau; cubic a0 + a1 z - a3 z^3; expression; table.
FunctionPointer make_drift(const config::FunctionSpec& spec);
/// sigma(z): constant; quadratic sqrt(sigma0^2 + sigma1^2 z^2); expression; table.
FunctionPointer make_noise(const config::FunctionSpec& spec);
/// G(z): linear slope z; tanh height tanh(slope z); logistic height / (1 + exp(-slope (z -
/// threshold))); erf height erf(slope z); softplus height log(1 + exp(slope z)); expression; table.
FunctionPointer make_gain(const config::FunctionSpec& spec);

/// The expression in z, interpolated on [from, to] with `points` cells of quintic polynomials: C2
/// and, for a smooth expression, exact to rounding. Throws std::invalid_argument in the user's
/// terms when the text does not parse or is not finite on the range.
FunctionPointer make_expression(const std::string& text, double from, double to,
                                std::size_t points);

/// The two columns (z, value) of a CSV file, joined by a cubic spline (C2; not-a-knot ends),
/// defined between the first and the last z. Throws std::invalid_argument in the user's terms when
/// the file cannot be used.
FunctionPointer make_table(const std::string& path);

} // namespace equipoise::model
