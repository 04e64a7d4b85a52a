#include "tridiagonal.hpp"

namespace bench {

TridiagonalBatch::TridiagonalBatch(std::size_t systems, std::size_t cells)
    : systems_(systems), cells_(cells), lower_(systems * cells, -1.0),
      diagonal_(systems * cells, 3.0), upper_(systems * cells, -1.0), right_(systems * cells, 1.0),
      ratio_(systems * cells), x_(systems * cells) {
    for (std::size_t i = 0; i < x_.size(); ++i) {
        diagonal_[i] += 1e-3 * static_cast<double>(i % 97);
    }
}

void TridiagonalBatch::factor_and_solve() {
    const std::size_t n = systems_;
    for (std::size_t s = 0; s < n; ++s) {
        const double pivot = 1.0 / diagonal_[s];
        ratio_[s] = upper_[s] * pivot;
        x_[s] = right_[s] * pivot;
    }
    for (std::size_t k = 1; k < cells_; ++k) {
        const double* __restrict lower = lower_.data() + k * n;
        const double* __restrict diagonal = diagonal_.data() + k * n;
        const double* __restrict upper = upper_.data() + k * n;
        const double* __restrict right = right_.data() + k * n;
        const double* __restrict ratio_before = ratio_.data() + (k - 1) * n;
        const double* __restrict before = x_.data() + (k - 1) * n;
        double* __restrict ratio = ratio_.data() + k * n;
        double* __restrict x = x_.data() + k * n;
        for (std::size_t s = 0; s < n; ++s) {
            const double pivot = 1.0 / (diagonal[s] - lower[s] * ratio_before[s]);
            ratio[s] = upper[s] * pivot;
            x[s] = (right[s] - lower[s] * before[s]) * pivot;
        }
    }
    for (std::size_t k = cells_ - 1; k-- > 0;) {
        const double* __restrict ratio = ratio_.data() + k * n;
        const double* __restrict above = x_.data() + (k + 1) * n;
        double* __restrict x = x_.data() + k * n;
        for (std::size_t s = 0; s < n; ++s) {
            x[s] -= ratio[s] * above[s];
        }
    }
}

} // namespace bench
