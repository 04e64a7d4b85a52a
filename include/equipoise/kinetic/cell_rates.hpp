#pragma once

#include <cstddef>

/// The rates of the exponentially fitted scheme (RateEvaluator) for cells one by one, in loops over
/// arrays that vectorise; a value has the same bits wherever it stands in them. h is the cells'
/// width; beta the drift minus g. Rates are accurate to a few units in the last place, that against
/// the drift to 1 + x times as many, for it falls as exp(-x), x = |beta| h/F. No two arrays may
/// overlap.
namespace equipoise::kinetic {

/// Values for which loops are run one after the other, so that what lies between stays in the
/// nearest cache.
inline constexpr std::size_t values_at_once = 256;

/// The noise intensity sigma and its derivative, by cell; `uniform`: only s[0], for all cells.
struct CellNoise {
    const double* s;
    const double* s1;
    bool uniform;
};

/// The rates up and down at which cells are left, 1/time. s1 is not needed.
void cell_rates(const double* beta, const CellNoise& noise, double h, std::size_t count, double* up,
                double* down);

/// The same (the same bits) and, times the densities p, the derivatives of up with respect to beta
/// and, but for uniform noise, where it is 0 and not written, of both rates with respect to v
/// through D. That of down with respect to beta is the first less p/h. count <= values_at_once.
void cell_slopes(const double* beta, const CellNoise& noise, const double* p, double h,
                 std::size_t count, double* up, double* down, double* by_beta, double* by_noise);

/// From these, for the faces between cells i and i + lanes, i < count, the derivatives of the
/// fluxes up(i) p(i) - down(i + lanes) p(i + lanes) with respect to v and g; f1 is that of the
/// drift. by_noise: null where it is 0.
void flux_slopes(const double* by_beta, const double* by_noise, const double* f1, const double* p,
                 double h, std::size_t lanes, std::size_t count, double* flux_v, double* flux_g);

} // namespace equipoise::kinetic
