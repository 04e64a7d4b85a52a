#include "equipoise/model/interpolant.hpp"

#include "equipoise/elementary/clones.hpp"
#include "equipoise/util/errors.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace equipoise::model {

namespace {

constexpr std::size_t powers = 6;
constexpr std::size_t chunk = 256; ///< states worked on at a time

EQUIPOISE_CLONES
void polynomial(const double* coefficients, const std::int32_t* piece, const double* u, double* f,
                double* f1, double* f2, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const double* c = coefficients + powers * static_cast<std::size_t>(piece[i]);
        const double x = u[i];
        f[i] = c[0] + x * (c[1] + x * (c[2] + x * (c[3] + x * (c[4] + x * c[5]))));
        if (f1 != nullptr) {
            f1[i] =
                c[1] + x * (2.0 * c[2] + x * (3.0 * c[3] + x * (4.0 * c[4] + x * (5.0 * c[5]))));
        }
        if (f2 != nullptr) {
            f2[i] = 2.0 * c[2] + x * (6.0 * c[3] + x * (12.0 * c[4] + x * (20.0 * c[5])));
        }
    }
}

} // namespace

Interpolant::Interpolant(std::vector<double> knots, const std::vector<Piece>& pieces, double error,
                         std::string description)
    : knots_(std::move(knots)), error_(error), description_(std::move(description)) {
    ensure(knots_.size() == pieces.size() + 1 && !pieces.empty(), "an interpolant has its knots");
    for (const Piece& piece : pieces) {
        coefficients_.insert(coefficients_.end(), piece.begin(), piece.end());
    }
    // The grid is fine enough that most cells meet one or two pieces.
    const std::size_t cells = std::min<std::size_t>(4 * pieces.size(), std::size_t{1} << 16);
    const double width = knots_.back() - knots_.front();
    grid_per_unit_ = static_cast<double>(cells) / width;
    std::int32_t piece = 0;
    for (std::size_t cell = 0; cell < cells; ++cell) {
        const double left = knots_.front() + static_cast<double>(cell) / grid_per_unit_;
        const auto last = static_cast<std::int32_t>(pieces.size()) - 1;
        // One grid cell of slack for the rounding of z -> cell.
        while (piece < last &&
               knots_[static_cast<std::size_t>(piece) + 1] < left - 1.0 / grid_per_unit_) {
            ++piece;
        }
        first_piece_.push_back(piece);
        std::int32_t reach = piece;
        while (reach < last &&
               knots_[static_cast<std::size_t>(reach) + 1] <= left + 2.0 / grid_per_unit_) {
            ++reach;
        }
        most_steps_ = std::max(most_steps_, static_cast<int>(reach - piece));
    }
}

void Interpolant::find(const double* z, std::int32_t* piece, double* offset,
                       std::size_t count) const {
    const auto last_cell = static_cast<double>(first_piece_.size() - 1);
    const auto last_piece = static_cast<std::int32_t>(knots_.size()) - 2;
    for (std::size_t i = 0; i < count; ++i) {
        // NaN goes to cell 0: the polynomial makes NaN of it again
        const double place = (z[i] - knots_.front()) * grid_per_unit_;
        const double cell = place >= 0.0 ? std::min(place, last_cell) : 0.0;
        std::int32_t at = first_piece_[static_cast<std::size_t>(cell)];
        for (int step = 0; step < most_steps_; ++step) {
            at += at < last_piece && knots_[static_cast<std::size_t>(at) + 1] <= z[i] ? 1 : 0;
        }
        piece[i] = at;
        offset[i] = z[i] - knots_[static_cast<std::size_t>(at)];
    }
}

void Interpolant::values(const double* z, double* f, std::size_t count) const {
    std::array<std::int32_t, chunk> piece;
    std::array<double, chunk> offset;
    for (std::size_t begin = 0; begin < count; begin += chunk) {
        const std::size_t n = std::min(chunk, count - begin);
        find(z + begin, piece.data(), offset.data(), n);
        polynomial(coefficients_.data(), piece.data(), offset.data(), f + begin, nullptr, nullptr,
                   n);
    }
}

void Interpolant::slopes(const double* z, double* f, double* f1, std::size_t count) const {
    std::array<std::int32_t, chunk> piece;
    std::array<double, chunk> offset;
    for (std::size_t begin = 0; begin < count; begin += chunk) {
        const std::size_t n = std::min(chunk, count - begin);
        find(z + begin, piece.data(), offset.data(), n);
        polynomial(coefficients_.data(), piece.data(), offset.data(), f + begin, f1 + begin,
                   nullptr, n);
    }
}

void Interpolant::curvatures(const double* z, double* f, double* f1, double* f2,
                             std::size_t count) const {
    std::array<std::int32_t, chunk> piece;
    std::array<double, chunk> offset;
    for (std::size_t begin = 0; begin < count; begin += chunk) {
        const std::size_t n = std::min(chunk, count - begin);
        find(z + begin, piece.data(), offset.data(), n);
        polynomial(coefficients_.data(), piece.data(), offset.data(), f + begin, f1 + begin,
                   f2 + begin, n);
    }
}

double Interpolant::bound(int order, double radius) const {
    double bound = 0.0;
    for (std::size_t i = 0; i + 1 < knots_.size(); ++i) {
        if (knots_[i] > radius || knots_[i + 1] < -radius) {
            continue;
        }
        const double width = knots_[i + 1] - knots_[i];
        double sum = 0.0;
        double power = 1.0;
        for (std::size_t k = static_cast<std::size_t>(order); k < powers; ++k) {
            const double factor = order == 0 ? 1.0 : static_cast<double>(k);
            sum += factor * std::abs(coefficients_[powers * i + k]) * power;
            power *= width;
        }
        bound = std::max(bound, sum);
    }
    return bound;
}

Interpolant::Piece Interpolant::hermite(double width, const std::array<double, 3>& left,
                                        const std::array<double, 3>& right) {
    // In s = (z - left)/width: c0, c1, c2 from the left end, the rest so that the right end fits.
    const double c0 = left[0];
    const double c1 = left[1] * width;
    const double c2 = 0.5 * left[2] * width * width;
    const double value = right[0] - (c0 + c1 + c2);
    const double slope = right[1] * width - (c1 + 2.0 * c2);
    const double curvature = right[2] * width * width - 2.0 * c2;
    const double c3 = 10.0 * value - 4.0 * slope + 0.5 * curvature;
    const double c4 = -15.0 * value + 7.0 * slope - curvature;
    const double c5 = 6.0 * value - 3.0 * slope + 0.5 * curvature;
    const double w2 = width * width;
    return {c0, c1 / width, c2 / w2, c3 / (w2 * width), c4 / (w2 * w2), c5 / (w2 * w2 * width)};
}

} // namespace equipoise::model
