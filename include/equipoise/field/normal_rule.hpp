#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace equipoise::field {

/// E[F(xi)] = sum_i weight_i F(node_i) for a standard normal xi. The weights are positive and add
/// up to 1.
struct NormalRule {
    std::vector<double> nodes, weights;
    double spacing = 0.0; ///< of the trapezoidal rule; 0: Gauss-Hermite
    double reach = 0.0;   ///< of the trapezoidal rule

    /// "Gauss-Hermite, 16 nodes".
    [[nodiscard]] std::string name() const;

    [[nodiscard]] std::size_t size() const noexcept { return nodes.size(); }

    /// Exact for polynomials up to degree 2 size - 1: the best for few nodes.
    static NormalRule gauss_hermite(std::size_t size);
    /// The trapezoidal rule of the given spacing, |xi| <= reach. For F analytic in |Im xi| < d its
    /// error falls like exp(-2 pi d/spacing), that of n Gauss-Hermite nodes only like exp(-2 d
    /// sqrt(n)): for a gain with poles, such as tanh, it needs far fewer nodes.
    static NormalRule trapezoidal(double spacing, double reach);
};

/// The reach beyond which squares and smaller functions of a standard normal have less than
/// `error`.
double normal_reach(double error);

} // namespace equipoise::field
