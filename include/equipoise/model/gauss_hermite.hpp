#pragma once

#include <cstddef>
#include <vector>

namespace equipoise::model {

/// Gauss-Hermite rule for a standard normal: E[F(xi)] = sum_i weight_i F(node_i), exact for
/// polynomials up to degree 2 size - 1. By Golub and Welsch (eigenvalues of the Jacobi matrix).
struct GaussHermite {
    std::vector<double> nodes;   ///< ascending
    std::vector<double> weights; ///< positive, sum 1

    explicit GaussHermite(std::size_t size);
    [[nodiscard]] std::size_t size() const noexcept { return nodes.size(); }
};

} // namespace equipoise::model
