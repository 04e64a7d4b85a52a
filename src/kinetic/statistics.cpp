#include "equipoise/kinetic/statistics.hpp"

#include <algorithm>
#include <cmath>

namespace equipoise::kinetic {

DensityStatistics density_statistics(const Grid& grid, const double* p) {
    const double dy = grid.width();
    double mass = 0.0;
    double first = 0.0;
    double second = 0.0;
    double third = 0.0;
    double fourth = 0.0;
    double smallest = p[0];
    for (std::size_t k = 0; k < grid.cells; ++k) {
        const double y = grid.centre(k);
        const double weight = p[k] * dy;
        mass += weight;
        first += y * weight;
        second += y * y * weight;
        third += y * y * y * weight;
        fourth += y * y * y * y * weight;
        smallest = std::min(smallest, p[k]);
    }
    DensityStatistics result;
    result.mass_error = mass - 1.0;
    result.centre = first;
    result.variance = second;
    result.skewness = third / std::pow(second, 1.5);
    result.kurtosis = fourth / (second * second);
    result.smallest = smallest;
    result.boundary = dy * std::max(p[0], p[grid.cells - 1]);
    return result;
}

} // namespace equipoise::kinetic
