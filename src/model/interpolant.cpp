#include "equipoise/model/interpolant.hpp"

#include "equipoise/elementary/clones.hpp"
#include "equipoise/util/errors.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace equipoise::model {

namespace {

constexpr std::size_t chunk = 512;          ///< states located at a time: the buffers stay in L1
constexpr std::int32_t row_length = 8;      ///< doubles from one piece to the next
constexpr std::int32_t most_rows = 1 << 27; ///< row_length times the index fits 32 bits

// A comparison with NaN is false: NaN passes the clamps, is found in the first piece and stays NaN.

EQUIPOISE_CLONES
void locate_uniform(const double* __restrict z, double* __restrict s,
                    std::int32_t* __restrict offset, const double* __restrict rows, double lower,
                    double upper, double cells_per_unit, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        double x = z[i] < lower ? lower : z[i];
        x = x > upper ? upper : x;
        double cell = (x - lower) * cells_per_unit;
        cell = cell > 0.0 ? cell : 0.0;
        const std::int32_t at = row_length * static_cast<std::int32_t>(cell);
        offset[i] = at;
        s[i] = x - rows[at];
    }
}

/// Bisection in lockstep: the number of rounds depends on the knots alone.
EQUIPOISE_CLONES
void bisect(const double* __restrict z, std::int32_t* __restrict offset,
            const double* __restrict rows, std::int32_t stride, std::int32_t last,
            std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        std::int32_t next = offset[i] + stride;
        next = next > last ? last : next;
        offset[i] = rows[next] <= z[i] ? next : offset[i];
    }
}

EQUIPOISE_CLONES
void local_coordinates(const double* __restrict z, double* __restrict s,
                       const std::int32_t* __restrict offset, const double* __restrict rows,
                       double lower, double upper, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        double x = z[i] < lower ? lower : z[i];
        x = x > upper ? upper : x;
        s[i] = x - rows[offset[i]];
    }
}

EQUIPOISE_CLONES
void piece_values(const double* __restrict s, const std::int32_t* __restrict offset,
                  const double* __restrict rows, double* __restrict f, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const double* c = rows + 1 + offset[i];
        const double u = s[i];
        f[i] = c[0] + u * (c[1] + u * (c[2] + u * (c[3] + u * (c[4] + u * c[5]))));
    }
}

EQUIPOISE_CLONES
void piece_slopes(const double* __restrict s, const std::int32_t* __restrict offset,
                  const double* __restrict rows, double* __restrict f1, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const double* c = rows + 1 + offset[i];
        const double u = s[i];
        f1[i] = c[1] + u * (2.0 * c[2] + u * (3.0 * c[3] + u * (4.0 * c[4] + u * (5.0 * c[5]))));
    }
}

EQUIPOISE_CLONES
void piece_curvatures(const double* __restrict s, const std::int32_t* __restrict offset,
                      const double* __restrict rows, double* __restrict f2, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const double* c = rows + 1 + offset[i];
        const double u = s[i];
        f2[i] = 2.0 * c[2] + u * (6.0 * c[3] + u * (12.0 * c[4] + u * (20.0 * c[5])));
    }
}

/// An upper bound of |sum_k a[k] t^k| over 0 <= t <= 1: the polynomial lies in the convex hull of
/// its Bernstein coefficients.
double bernstein_bound(const std::array<double, 6>& a) {
    constexpr std::array<std::array<double, 6>, 6> binomial{{{1, 0, 0, 0, 0, 0},
                                                             {1, 1, 0, 0, 0, 0},
                                                             {1, 2, 1, 0, 0, 0},
                                                             {1, 3, 3, 1, 0, 0},
                                                             {1, 4, 6, 4, 1, 0},
                                                             {1, 5, 10, 10, 5, 1}}};
    double largest = 0.0;
    for (std::size_t i = 0; i <= 5; ++i) {
        double b = 0.0;
        for (std::size_t k = 0; k <= i; ++k) {
            b += binomial[i][k] / binomial[5][k] * a[k];
        }
        largest = std::max(largest, std::abs(b));
    }
    return largest;
}

} // namespace

/// Where the states of a chunk lie: offset of their piece's row, distance from its knot.
struct Interpolant::Located {
    std::array<std::int32_t, chunk> offset;
    std::array<double, chunk> s;
};

Interpolant::Interpolant(const std::vector<Piece>& pieces, Knots knots, std::string description,
                         double error)
    : description_(std::move(description)), error_(error) {
    ensure(pieces.size() >= 2 && pieces.size() < most_rows, "an interpolant has a cell");
    for (const Piece& piece : pieces) {
        ensure(rows_.empty() || rows_.back().entries[0] < piece.knot, "knots ascend");
        Row row;
        row.entries[0] = piece.knot;
        std::copy(piece.coefficients.begin(), piece.coefficients.end(), row.entries.begin() + 1);
        rows_.push_back(row);
    }
    lower_ = pieces.front().knot;
    upper_ = pieces.back().knot;
    const std::size_t cells = pieces.size() - 1;
    if (knots == Knots::uniform) {
        cells_per_unit_ = static_cast<double>(cells) / (upper_ - lower_);
    }
    first_stride_ = static_cast<std::int32_t>(std::bit_floor(cells));
}

bool Interpolant::all_finite(const std::vector<Piece>& pieces) {
    return std::all_of(pieces.begin(), pieces.end(), [](const Piece& piece) {
        const auto& c = piece.coefficients;
        return std::all_of(c.begin(), c.end(), [](double x) { return std::isfinite(x); });
    });
}

void Interpolant::locate(const double* z, std::size_t count, Located& located) const {
    const double* rows = rows_.front().entries.data();
    std::int32_t* offset = located.offset.data();
    if (cells_per_unit_ > 0.0) {
        locate_uniform(z, located.s.data(), offset, rows, lower_, upper_, cells_per_unit_, count);
        return;
    }
    const auto last = static_cast<std::int32_t>(rows_.size() - 1) * row_length;
    std::fill_n(offset, count, 0);
    for (std::int32_t stride = first_stride_; stride > 0; stride /= 2) {
        bisect(z, offset, rows, stride * row_length, last, count);
    }
    local_coordinates(z, located.s.data(), offset, rows, lower_, upper_, count);
}

void Interpolant::values(const double* z, double* f, std::size_t count) const {
    const double* rows = rows_.front().entries.data();
    Located at;
    for (std::size_t done = 0; done < count; done += chunk) {
        const std::size_t part = std::min(chunk, count - done);
        locate(z + done, part, at);
        piece_values(at.s.data(), at.offset.data(), rows, f + done, part);
    }
}

void Interpolant::slopes(const double* z, double* f, double* f1, std::size_t count) const {
    const double* rows = rows_.front().entries.data();
    Located at;
    for (std::size_t done = 0; done < count; done += chunk) {
        const std::size_t part = std::min(chunk, count - done);
        locate(z + done, part, at);
        piece_values(at.s.data(), at.offset.data(), rows, f + done, part);
        piece_slopes(at.s.data(), at.offset.data(), rows, f1 + done, part);
    }
}

void Interpolant::curvatures(const double* z, double* f, double* f1, double* f2,
                             std::size_t count) const {
    const double* rows = rows_.front().entries.data();
    Located at;
    for (std::size_t done = 0; done < count; done += chunk) {
        const std::size_t part = std::min(chunk, count - done);
        locate(z + done, part, at);
        piece_values(at.s.data(), at.offset.data(), rows, f + done, part);
        piece_slopes(at.s.data(), at.offset.data(), rows, f1 + done, part);
        piece_curvatures(at.s.data(), at.offset.data(), rows, f2 + done, part);
    }
}

double Interpolant::bound(int order, double radius) const {
    double largest = 0.0;
    for (std::size_t row = 0; row + 1 < rows_.size(); ++row) {
        const std::array<double, 8>& piece = rows_[row].entries;
        const double next = rows_[row + 1].entries[0];
        if (piece[0] > radius || next < -radius) {
            continue;
        }
        std::array<double, 6> scaled{}; // by powers of (z - knot) / width
        double power = 1.0;
        for (std::size_t k = 0; k < 6; ++k) {
            const std::size_t entry = 1 + k + static_cast<std::size_t>(order);
            if (entry <= 6) {
                scaled[k] = power * piece[entry] * (order == 0 ? 1.0 : static_cast<double>(k + 1));
            }
            power *= next - piece[0];
        }
        largest = std::max(largest, bernstein_bound(scaled));
    }
    return largest * (1.0 + 1e-12); // rounding while evaluating
}

} // namespace equipoise::model
