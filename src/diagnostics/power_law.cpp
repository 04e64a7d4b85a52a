#include "equipoise/diagnostics/power_law.hpp"

#include "equipoise/util/errors.hpp"

#include <boost/math/distributions/students_t.hpp>

#include <cmath>
#include <vector>

namespace equipoise::diagnostics {

namespace {

/// Weights w with exponent = sum_s w_s log(error_s).
std::vector<double> weights(std::span<const double> sizes) {
    double centre = 0.0;
    for (const double n : sizes) {
        centre += std::log(n) / static_cast<double>(sizes.size());
    }
    double spread = 0.0;
    std::vector<double> result;
    for (const double n : sizes) {
        result.push_back(std::log(n) - centre);
        spread += result.back() * result.back();
    }
    ensure(spread > 0.0, "an exponent needs two different sizes");
    for (double& weight : result) {
        weight /= spread;
    }
    return result;
}

} // namespace

double fitted_exponent(std::span<const double> sizes, std::span<const double> errors) {
    const std::vector<double> weight = weights(sizes);
    double exponent = 0.0;
    for (std::size_t s = 0; s < sizes.size(); ++s) {
        exponent += weight[s] * std::log(errors[s]);
    }
    return exponent;
}

PowerLaw fit_power_law(std::span<const double> sizes, std::span<const double> squares,
                       std::size_t realisations, double confidence) {
    ensure(realisations >= 2 && squares.size() == sizes.size() * realisations,
           "an interval needs the errors of two realisations at every size");
    const std::vector<double> weight = weights(sizes);
    const auto count = static_cast<double>(realisations);
    std::vector<double> errors;
    std::vector<double> influence(realisations, 0.0);
    for (std::size_t s = 0; s < sizes.size(); ++s) {
        const std::span<const double> of_size = squares.subspan(s * realisations, realisations);
        double square = 0.0;
        for (const double value : of_size) {
            square += value / count;
        }
        errors.push_back(std::sqrt(square));
        for (std::size_t r = 0; r < realisations; ++r) {
            influence[r] += weight[s] * of_size[r] / (2.0 * square);
        }
    }
    // The influences average to sum_s w_s / 2 = 0.
    double variance = 0.0;
    for (const double value : influence) {
        variance += value * value / (count - 1.0);
    }
    const boost::math::students_t distribution(count - 1.0);
    const double half =
        boost::math::quantile(distribution, 0.5 + 0.5 * confidence) * std::sqrt(variance / count);
    const double exponent = fitted_exponent(sizes, errors);
    return {exponent, exponent - half, exponent + half};
}

} // namespace equipoise::diagnostics
