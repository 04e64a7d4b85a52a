#pragma once

#include <cstddef>
#include <vector>

namespace equipoise::model {

/// Gauss-Hermite rule for a standard normal: E[F(xi)] = sum_i weight_i F(node_i), exact for
/// polynomials up to degree 2 size - 1. Nodes by Golub and Welsch (eigenvalues of the Jacobi
/// matrix) and a step of Newton's method, weights by Christoffel's formula, so that the small ones
/// have all their digits too.
struct GaussHermite {
    std::vector<double> nodes;   ///< ascending
    std::vector<double> weights; ///< positive, sum 1 but for rounding

    explicit GaussHermite(std::size_t size);
    [[nodiscard]] std::size_t size() const noexcept { return nodes.size(); }
};

} // namespace equipoise::model
