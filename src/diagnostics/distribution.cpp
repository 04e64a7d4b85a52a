#include "equipoise/diagnostics/distribution.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace equipoise::diagnostics {

DistributionDistance distribution_distance(std::span<const double> edges, std::span<const double> f,
                                           std::span<const double> g) {
    const double inside_f = f.back() - f.front();
    const double inside_g = g.back() - g.front();
    if (!(inside_f > 0.0) || !(inside_g > 0.0)) {
        constexpr double none = std::numeric_limits<double>::quiet_NaN();
        return {none, none};
    }
    DistributionDistance result;
    double before = 0.0; // at the first edge both are 0
    for (std::size_t i = 1; i < edges.size(); ++i) {
        const double distance =
            std::abs((f[i] - f.front()) / inside_f - (g[i] - g.front()) / inside_g);
        result.kolmogorov_smirnov = std::max(result.kolmogorov_smirnov, distance);
        result.wasserstein += 0.5 * (before + distance) * (edges[i] - edges[i - 1]);
        before = distance;
    }
    return result;
}

double kolmogorov_smirnov_critical(double n) {
    return 1.63 / std::sqrt(n);
}

std::vector<double> cumulative(std::span<const double> density, double lower, double width,
                               std::span<const double> edges) {
    std::vector<double> at_face{0.0};
    for (const double p : density) {
        at_face.push_back(at_face.back() + p * width);
    }
    std::vector<double> result;
    for (const double edge : edges) {
        const double cells = static_cast<double>(density.size());
        const double place = std::clamp((edge - lower) / width, 0.0, cells);
        const auto face = static_cast<std::size_t>(std::min(std::floor(place), cells - 1.0));
        const double part = place - static_cast<double>(face);
        result.push_back((1.0 - part) * at_face[face] + part * at_face[face + 1]);
    }
    return result;
}

std::vector<double> bin_weights(std::size_t sites, std::size_t bins) {
    std::vector<double> weights(bins * sites, 0.0);
    // In units of the distance of the points; the integral of the hat function around 0 up to u.
    const auto integral = [](double u) {
        const double inside = std::clamp(u, -1.0, 1.0);
        const double rise = 0.5 * (1.0 + inside) * (1.0 + inside);
        return inside < 0.0 ? rise : 1.0 - 0.5 * (1.0 - inside) * (1.0 - inside);
    };
    const auto around = static_cast<double>(sites);
    const double length = around / static_cast<double>(bins);
    for (std::size_t b = 0; b < bins; ++b) {
        const double begin = static_cast<double>(b) * length;
        for (std::size_t s = 0; s < sites; ++s) {
            for (const double turn : {-around, 0.0, around}) { // the ring closes
                const double from = begin - static_cast<double>(s) - turn;
                weights[b * sites + s] += (integral(from + length) - integral(from)) / length;
            }
        }
    }
    return weights;
}

} // namespace equipoise::diagnostics
