#pragma once

#include <cstddef>
#include <vector>

namespace equipoise::field {

/// A Chebyshev series on an interval.
struct Chebyshev {
    double lower = -1.0, upper = 1.0;
    std::vector<double> coefficients; ///< of T_0, T_1, ...

    /// The points at which a function is needed for the series of `size` terms that interpolates it
    /// (zeros of T_size).
    static std::vector<double> points(double lower, double upper, std::size_t size);
    /// That series, from the function's values at the points.
    static Chebyshev interpolate(double lower, double upper, const double* values,
                                 std::size_t size);

    /// The larger of the last two coefficients: for an analytic function, about the error.
    [[nodiscard]] double tail() const;
    /// Drops trailing terms that add up to `error` at most.
    void shorten(double error);
    /// f[i] = series at v[i] within the interval; f[i] depends on v[i] alone, to the last bit.
    void evaluate(const double* v, double* f, std::size_t count) const;
};

} // namespace equipoise::field
