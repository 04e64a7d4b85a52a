#include "equipoise/kinetic/initial_density.hpp"

#include "equipoise/util/errors.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace equipoise::kinetic {

namespace {

/// The probability of (a, b) under a standard normal, a < b, accurate in the tails.
double normal_probability(double a, double b) {
    const auto beyond = [](double x) { return 0.5 * std::erfc(x / std::numbers::sqrt2); };
    if (a > 0.0) {
        return beyond(a) - beyond(b);
    }
    if (b < 0.0) {
        return beyond(-b) - beyond(-a);
    }
    return 1.0 - beyond(b) - beyond(-a);
}

} // namespace

void gaussian_density(const Grid& grid, double variance, double* p) {
    const double dy = grid.width();
    if (variance < 0.09 * dy * dy) {
        // Two cells whose centres lie around 0 share the mass so that the mean is 0.
        std::fill(p, p + grid.cells, 0.0);
        const double place = std::clamp((0.0 - grid.centre(0)) / dy, 0.0,
                                        static_cast<double>(grid.cells) - 2.0 + 1e-9);
        const auto k = static_cast<std::size_t>(place);
        const double above = place - static_cast<double>(k);
        p[k] = (1.0 - above) / dy;
        p[k + 1] = above / dy;
        return;
    }
    const double deviation = std::sqrt(variance - dy * dy / 12.0);
    double mass = 0.0;
    for (std::size_t k = 0; k < grid.cells; ++k) {
        const double lower = (grid.centre(k) - 0.5 * dy) / deviation;
        const double upper = (grid.centre(k) + 0.5 * dy) / deviation;
        p[k] = normal_probability(lower, upper) / dy;
        mass += p[k] * dy;
    }
    for (std::size_t k = 0; k < grid.cells; ++k) {
        p[k] /= mass;
    }
    centre_density(grid, p);
}

void centre_density(const Grid& grid, double* p) {
    double mass = 0.0;
    double reach = 0.0;
    for (std::size_t k = 0; k < grid.cells; ++k) {
        mass += p[k];
        reach = std::max(reach, std::abs(grid.centre(k)));
    }
    // Newton's method on the convex function log sum p exp(lambda y), whose slope is the mean. It
    // starts near the answer; the step is limited for the sake of rough densities.
    double lambda = 0.0;
    double scale = 1.0;
    for (int iteration = 0; iteration < 200; ++iteration) {
        double sum = 0.0;
        double first = 0.0;
        double second = 0.0;
        for (std::size_t k = 0; k < grid.cells; ++k) {
            const double y = grid.centre(k);
            const double weight = p[k] * std::exp(lambda * y);
            sum += weight;
            first += y * weight;
            second += y * y * weight;
        }
        ensure(sum > 0.0 && second > 0.0, "a density with mass can be centred");
        scale = mass / sum;
        const double mean = first / sum;
        const double variance = second / sum - mean * mean;
        if (std::abs(mean) <= 1e-16 * reach || !(variance > 0.0)) {
            break;
        }
        const double limit = 1.0 / std::sqrt(variance);
        const double change = std::clamp(mean / variance, -limit, limit);
        if (std::abs(change) * reach < 1e-17) {
            break;
        }
        lambda -= change;
        if (iteration > 20 && std::abs(mean) <= 1e-15 * reach) {
            break; // rounding
        }
    }
    if (lambda == 0.0) {
        return;
    }
    for (std::size_t k = 0; k < grid.cells; ++k) {
        p[k] *= scale * std::exp(lambda * grid.centre(k));
    }
}

} // namespace equipoise::kinetic
