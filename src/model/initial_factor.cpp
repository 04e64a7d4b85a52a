#include "equipoise/model/initial_factor.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace equipoise::model {

void initial_factor(std::span<const Population> populations,
                    std::span<const Covariance> covariances, const Position& x,
                    std::span<double> factor) {
    const std::size_t count = populations.size();
    std::fill(factor.begin(), factor.end(), 0.0);
    std::vector<double> variance(count);
    for (std::size_t a = 0; a < count; ++a) {
        variance[a] = factor[a * count + a] = populations[a].variance(x, 0.0);
    }
    for (const Covariance& covariance : covariances) {
        factor[covariance.second * count + covariance.first] = covariance.value(x, 0.0);
    }
    for (std::size_t b = 0; b < count; ++b) {
        double pivot = variance[b];
        for (std::size_t c = 0; c < b; ++c) {
            pivot -= factor[b * count + c] * factor[b * count + c];
        }
        const double zero = covariance_rounding * variance[b];
        const bool singular = std::abs(pivot) <= zero;
        double& diagonal = factor[b * count + b];
        diagonal = singular ? 0.0 : std::sqrt(pivot); // NaN where the pivot is negative
        for (std::size_t a = b + 1; a < count; ++a) {
            double& entry = factor[a * count + b];
            for (std::size_t c = 0; c < b; ++c) {
                entry -= factor[a * count + c] * factor[b * count + c];
            }
            if (!singular) {
                entry /= diagonal;
            } else {
                // What is left must vanish with the pivot: |entry|^2 <= pivot * (pivot of a).
                if (entry * entry > 4.0 * zero * variance[a]) {
                    diagonal = std::numeric_limits<double>::quiet_NaN();
                }
                entry = 0.0;
            }
        }
    }
}

} // namespace equipoise::model
