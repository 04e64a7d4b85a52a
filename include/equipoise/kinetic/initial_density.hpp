#pragma once

#include "equipoise/kinetic/grid.hpp"

namespace equipoise::kinetic {

/// A Gaussian density of mean 0 and the given variance (>= 0) on the grid, into p[cells]: p >= 0,
/// dy sum p = 1, dy sum y p = 0, and dy sum y^2 p = variance to rounding where the standard
/// deviation is a cell or more. Made of cell averages of the Gaussian whose variance is smaller by
/// dy^2/12, the variance that averaging over cells adds; a variance below the cells' own becomes
/// mass in the two cells around 0.
void gaussian_density(const Grid& grid, double variance, double* p);

/// Makes the first moment dy sum y p = 0 by the factor exp(lambda y) and a normalisation that keeps
/// the mass: positive densities stay positive, and of all densities with that mean the result is
/// the nearest in relative entropy. Some mass must lie on either side of 0.
void centre_density(const Grid& grid, double* p);

} // namespace equipoise::kinetic
