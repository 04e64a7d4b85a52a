#include "equipoise/model/cubic_spline.hpp"

#include "equipoise/util/errors.hpp"

namespace equipoise::model {

namespace {

/// Second derivatives m_i at the points, from continuity of the slope at the inner ones,
///     h_(i-1) m_(i-1) + 2 (h_(i-1) + h_i) m_i + h_i m_(i+1) = 6 (d_i - d_(i-1)),
/// h the distances and d the secants' slopes. The not-a-knot conditions give m_0 and m_n by their
/// neighbours; what remains is tridiagonal and diagonally dominant: no pivots are needed.
std::vector<double> second_derivatives(const std::vector<double>& h, const std::vector<double>& d) {
    const std::size_t n = h.size(); // cells; unknowns m_1 .. m_(n-1)
    std::vector<double> diagonal(n);
    std::vector<double> upper(n);
    std::vector<double> m(n + 1);
    for (std::size_t i = 1; i < n; ++i) {
        double lower = h[i - 1];
        diagonal[i] = 2.0 * (h[i - 1] + h[i]);
        upper[i] = h[i];
        if (i == 1) { // m_0 = m_1 + (m_1 - m_2) h_0 / h_1
            diagonal[i] += h[0] + h[0] * (h[0] / h[1]);
            upper[i] -= h[0] * (h[0] / h[1]);
        }
        if (i == n - 1) { // m_n = m_(n-1) + (m_(n-1) - m_(n-2)) h_(n-1) / h_(n-2)
            diagonal[i] += h[i] + h[i] * (h[i] / h[i - 1]);
            lower -= h[i] * (h[i] / h[i - 1]);
        }
        m[i] = 6.0 * (d[i] - d[i - 1]);
        if (i > 1) {
            const double factor = lower / diagonal[i - 1];
            diagonal[i] -= factor * upper[i - 1];
            m[i] -= factor * m[i - 1];
        }
    }
    m[n - 1] /= diagonal[n - 1];
    for (std::size_t i = n - 2; i >= 1; --i) {
        m[i] = (m[i] - upper[i] * m[i + 1]) / diagonal[i];
    }
    m[0] = m[1] + (m[1] - m[2]) * (h[0] / h[1]);
    m[n] = m[n - 1] + (m[n - 1] - m[n - 2]) * (h[n - 1] / h[n - 2]);
    return m;
}

} // namespace

std::vector<Interpolant::Piece> cubic_spline(std::span<const double> z, std::span<const double> y) {
    ensure(z.size() >= 4 && z.size() == y.size(), "a cubic spline has at least four points");
    const std::size_t cells = z.size() - 1;
    std::vector<double> h(cells);
    std::vector<double> d(cells);
    for (std::size_t i = 0; i < cells; ++i) {
        h[i] = z[i + 1] - z[i];
        d[i] = (y[i + 1] - y[i]) / h[i];
    }
    const std::vector<double> m = second_derivatives(h, d);
    std::vector<Interpolant::Piece> pieces;
    for (std::size_t i = 0; i < cells; ++i) {
        pieces.push_back({z[i],
                          {y[i], d[i] - h[i] * (2.0 * m[i] + m[i + 1]) / 6.0, 0.5 * m[i],
                           (m[i + 1] - m[i]) / (6.0 * h[i])}});
    }
    const std::size_t last = cells - 1;
    pieces.push_back(
        {z[cells],
         {y[cells], d[last] + h[last] * (m[last] + 2.0 * m[cells]) / 6.0, 0.5 * m[cells]}});
    return pieces;
}

} // namespace equipoise::model
