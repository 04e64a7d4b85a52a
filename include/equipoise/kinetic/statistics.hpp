#pragma once

#include "equipoise/kinetic/grid.hpp"

namespace equipoise::kinetic {

/// Moments of one density on the grid.
struct DensityStatistics {
    double mass_error = 0.0; ///< dy sum p - 1
    double centre = 0.0;     ///< dy sum y p, 0 up to rounding
    double variance = 0.0;
    double skewness = 0.0; ///< E[y^3]/variance^(3/2)
    double kurtosis = 0.0; ///< E[y^4]/variance^2: 3 for a Gaussian
    double smallest = 0.0; ///< smallest density of a cell
    double boundary = 0.0; ///< the larger of the masses of the outermost cells
};

DensityStatistics density_statistics(const Grid& grid, const double* p);

} // namespace equipoise::kinetic
