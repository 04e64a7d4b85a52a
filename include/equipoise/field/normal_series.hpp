#pragma once

#include <array>
#include <cstddef>
#include <vector>

namespace equipoise::field {

/// From the lowest to the highest value.
struct Extent {
    double lower = 0.0, upper = 0.0;

    bool operator==(const Extent&) const = default;
    [[nodiscard]] double width() const noexcept { return upper - lower; }
};

/// Means v and variances K of the sites of all ranks.
struct Rectangle {
    Extent v, k;

    bool operator==(const Rectangle&) const = default;
};

/// Chebyshev series of several functions of (v, K) over one rectangle,
///   f(v, K) = sum_ij c_ij T_i(x) T_j(y),   x, y = v, sqrt(K) mapped to [-1, 1].
/// (Expectations under N(v, K) are analytic where |arg K| < pi/2: in sqrt(K) they need fewer terms
/// than in K, and unlike in log(K) K may be 0.) Where all K are one, so are the terms in it.
class NormalSeries {
  public:
    /// The grid of size[0] x size[1] means and variances at which the functions are needed (zeros
    /// of T_size), by (K, v). One K: the lowest.
    struct Grid {
        std::vector<double> v, k;
    };
    [[nodiscard]] static Grid grid(const Rectangle& rectangle,
                                   const std::array<std::size_t, 2>& size);
    /// The series that interpolate `functions` functions, given by (function, K, v).
    NormalSeries(const Rectangle& rectangle, const std::array<std::size_t, 2>& size,
                 std::size_t functions, const std::vector<double>& values);

    /// By direction, the largest of the last two rows or columns of coefficients: for analytic
    /// functions, about the error.
    [[nodiscard]] std::array<double, 2> tail() const;
    /// Drops terms that add up to `error` at most in each function.
    void shorten(double error);
    /// The number of terms of all functions.
    [[nodiscard]] std::size_t terms() const;

    /// out[g][s] = function g at (v[s], k[s]), for s < count and every g whose out[g] is not null.
    /// A value depends on its place in the rectangle alone, to the last bit.
    void evaluate(const double* v, const double* k, std::size_t count,
                  const std::array<double*, 3>& out) const;

    static constexpr std::size_t most_in_v = 64, most_in_k = 32;

  private:
    Rectangle rectangle_;
    std::array<std::size_t, 2> size_;
    std::size_t functions_;
    std::vector<double> coefficients_; ///< (function, j, i)
    std::vector<std::size_t> length_;  ///< terms kept, by (function, j)
};

} // namespace equipoise::field
