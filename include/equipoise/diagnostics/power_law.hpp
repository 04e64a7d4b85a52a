#pragma once

#include <cstddef>
#include <span>

namespace equipoise::diagnostics {

/// Least squares fit of log(error) = a + b log(n): the exponent b. At least two different sizes;
/// sizes and errors > 0.
double fitted_exponent(std::span<const double> sizes, std::span<const double> errors);

/// An exponent with its confidence interval.
struct PowerLaw {
    double exponent = 0.0;
    double lower = 0.0, upper = 0.0;
};

/// The exponent of a root mean square error over independent realisations:
/// error_s^2 = average over r of squares[s * realisations + r], sizes.size() * realisations values.
///
/// The interval is that of the delta method: to first order the exponent is an average over
/// realisations of u_r = sum_s w_s squares_sr / (2 error_s^2), w_s the weight of log(error_s) in
/// the fit, so that its standard error is that of the u_r and its distribution Student's t with
/// realisations - 1 degrees of freedom. A realisation counts as a whole, so that it may use the
/// same random numbers at every size. What the interval does not cover: errors that are no power of
/// n. At least two realisations.
PowerLaw fit_power_law(std::span<const double> sizes, std::span<const double> squares,
                       std::size_t realisations, double confidence = 0.95);

} // namespace equipoise::diagnostics
