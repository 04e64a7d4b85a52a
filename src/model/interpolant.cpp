#include "equipoise/model/interpolant.hpp"

#include "equipoise/elementary/clones.hpp"
#include "equipoise/util/errors.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

namespace equipoise::model {

namespace {

constexpr std::size_t strip = 64;           ///< states worked on at a time: their rows stay in L1
constexpr std::size_t most_rows = 1U << 27; ///< indices fit 32 bits
constexpr std::size_t most_buckets = 1U << 22;

// A comparison with NaN is false: NaN passes the clamps, is found in the first piece and stays NaN.

[[gnu::always_inline]] inline double clamp(double z, double lower, double upper) {
    const double x = z < lower ? lower : z;
    return x > upper ? upper : x;
}

/// Which of the buckets of equal width a state falls into; monotone in z.
EQUIPOISE_CLONES
void find_buckets(const double* __restrict z, std::int32_t* __restrict bucket, double lower,
                  double upper, double buckets_per_unit, double last, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        double cell = (clamp(z[i], lower, upper) - lower) * buckets_per_unit;
        cell = cell > 0.0 ? cell : 0.0;
        cell = cell < last ? cell : last;
        bucket[i] = static_cast<std::int32_t>(cell);
    }
}

} // namespace

/// A piece in one line of the cache: its knot, then its coefficients. The rows of a strip of states
/// are copied side by side, and read from there across: far cheaper than to gather every
/// coefficient from its own place.
struct alignas(64) Interpolant::Row {
    std::array<double, 8> entries;
};

namespace {

using Row = Interpolant::Row;

EQUIPOISE_CLONES
void copy_rows(const std::int32_t* __restrict piece, const Row* __restrict rows,
               Row* __restrict copies, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        copies[i] = rows[piece[i]];
    }
}

/// The same where a bucket may hold knots: from the piece at its beginning by bisection, whose
/// rounds depend on the knots alone.
EQUIPOISE_CLONES
void copy_found_rows(const double* __restrict z, const std::int32_t* __restrict bucket,
                     const std::int32_t* __restrict start, const double* __restrict knots,
                     std::int32_t first_stride, const Row* __restrict rows, Row* __restrict copies,
                     std::size_t count) {
    if (first_stride == 1) { // nearly always
        for (std::size_t i = 0; i < count; ++i) {
            const std::int32_t at = start[bucket[i]];
            copies[i] = rows[at + (knots[at + 1] <= z[i] ? 1 : 0)];
        }
        return;
    }
    for (std::size_t i = 0; i < count; ++i) {
        std::int32_t at = start[bucket[i]];
        for (std::int32_t stride = first_stride; stride > 0; stride /= 2) {
            at += knots[at + stride] <= z[i] ? stride : 0;
        }
        copies[i] = rows[at];
    }
}

/// Of the pieces in `rows`, one for each state; cubic: c[4] and c[5] are 0, and the bits the same
/// without them.
EQUIPOISE_CLONES
void quintic_values(const double* z, const Row* __restrict rows, double lower, double upper,
                    double* f, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const double* c = rows[i].entries.data() + 1;
        const double u = clamp(z[i], lower, upper) - rows[i].entries[0];
        f[i] = c[0] + u * (c[1] + u * (c[2] + u * (c[3] + u * (c[4] + u * c[5]))));
    }
}

EQUIPOISE_CLONES
void cubic_values(const double* z, const Row* __restrict rows, double lower, double upper,
                  double* f, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const double* c = rows[i].entries.data() + 1;
        const double u = clamp(z[i], lower, upper) - rows[i].entries[0];
        f[i] = c[0] + u * (c[1] + u * (c[2] + u * c[3]));
    }
}

EQUIPOISE_CLONES
void quintic_slopes(const double* __restrict z, const Row* __restrict rows, double lower,
                    double upper, double* __restrict f, double* __restrict f1, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const double* c = rows[i].entries.data() + 1;
        const double u = clamp(z[i], lower, upper) - rows[i].entries[0];
        f[i] = c[0] + u * (c[1] + u * (c[2] + u * (c[3] + u * (c[4] + u * c[5]))));
        f1[i] = c[1] + u * (2.0 * c[2] + u * (3.0 * c[3] + u * (4.0 * c[4] + u * (5.0 * c[5]))));
    }
}

EQUIPOISE_CLONES
void cubic_slopes(const double* __restrict z, const Row* __restrict rows, double lower,
                  double upper, double* __restrict f, double* __restrict f1, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const double* c = rows[i].entries.data() + 1;
        const double u = clamp(z[i], lower, upper) - rows[i].entries[0];
        f[i] = c[0] + u * (c[1] + u * (c[2] + u * c[3]));
        f1[i] = c[1] + u * (2.0 * c[2] + u * (3.0 * c[3]));
    }
}

EQUIPOISE_CLONES
void piece_curvatures(const double* __restrict z, const Row* __restrict rows, double lower,
                      double upper, double* __restrict f2, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const double* c = rows[i].entries.data() + 1;
        const double u = clamp(z[i], lower, upper) - rows[i].entries[0];
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

Interpolant::Interpolant(const std::vector<Piece>& pieces, Knots knots, std::string description,
                         double error)
    : description_(std::move(description)), error_(error) {
    ensure(pieces.size() >= 2 && pieces.size() < most_rows, "an interpolant has a cell");
    for (const Piece& piece : pieces) {
        ensure(rows_.empty() || rows_.back().entries[0] < piece.knot, "knots ascend");
        Row row{};
        row.entries[0] = piece.knot;
        std::copy(piece.coefficients.begin(), piece.coefficients.end(), row.entries.begin() + 1);
        rows_.push_back(row);
        cubic_ = cubic_ && piece.coefficients[4] == 0.0 && piece.coefficients[5] == 0.0;
    }
    lower_ = pieces.front().knot;
    upper_ = pieces.back().knot;
    const std::size_t cells = pieces.size() - 1;
    if (knots == Knots::uniform) {
        set_buckets(cells);
        return;
    }
    // Twice as many until none holds more than one knot, or there are too many.
    for (std::size_t buckets = 2 * cells; buckets <= std::min(32 * cells, most_buckets);
         buckets *= 2) {
        set_buckets(buckets);
        fill_buckets();
        if (first_stride_ <= 1) {
            break;
        }
    }
}

Interpolant::~Interpolant() = default;

void Interpolant::set_buckets(std::size_t count) {
    last_bucket_ = static_cast<double>(count);
    buckets_per_unit_ = last_bucket_ / (upper_ - lower_);
}

/// The piece at the beginning of a bucket follows from the buckets that the knots fall into: since
/// find_buckets is monotone, whatever its rounding, a state in a later bucket than a knot's is past
/// the knot, and one in an earlier bucket is before it.
void Interpolant::fill_buckets() {
    knots_.clear();
    for (const Row& row : rows_) {
        knots_.push_back(row.entries[0]);
    }
    std::vector<std::int32_t> bucket(knots_.size());
    find_buckets(knots_.data(), bucket.data(), lower_, upper_, buckets_per_unit_, last_bucket_,
                 knots_.size());
    start_.assign(static_cast<std::size_t>(last_bucket_) + 1, 0);
    std::int32_t most = 0; // knots in a bucket, beside the first of all
    std::int32_t passed = 0;
    for (std::size_t b = 0; b < start_.size(); ++b) {
        start_[b] = passed;
        const std::int32_t before = passed;
        while (static_cast<std::size_t>(passed) + 1 < knots_.size() &&
               std::cmp_equal(bucket[static_cast<std::size_t>(passed) + 1], b)) {
            ++passed;
        }
        most = std::max(most, passed - before);
    }
    first_stride_ =
        std::max(1, static_cast<std::int32_t>(std::bit_floor(static_cast<std::uint32_t>(most))));
    // Nothing is past the last knot: no comparison with NaN holds.
    knots_.insert(knots_.end(), 2 * static_cast<std::size_t>(first_stride_),
                  std::numeric_limits<double>::quiet_NaN());
}

bool Interpolant::all_finite(const std::vector<Piece>& pieces) {
    return std::all_of(pieces.begin(), pieces.end(), [](const Piece& piece) {
        const auto& c = piece.coefficients;
        return std::all_of(c.begin(), c.end(), [](double x) { return std::isfinite(x); });
    });
}

void Interpolant::copy_pieces(const double* z, Row* copies, std::size_t count) const {
    std::array<std::int32_t, strip> bucket;
    find_buckets(z, bucket.data(), lower_, upper_, buckets_per_unit_, last_bucket_, count);
    if (start_.empty()) {
        copy_rows(bucket.data(), rows_.data(), copies, count);
    } else {
        copy_found_rows(z, bucket.data(), start_.data(), knots_.data(), first_stride_, rows_.data(),
                        copies, count);
    }
}

template <class Evaluate>
void Interpolant::by_strips(const double* z, std::size_t count, const Evaluate& evaluate) const {
    std::array<Row, strip> pieces;
    for (std::size_t done = 0; done < count; done += strip) {
        const std::size_t part = std::min(strip, count - done);
        copy_pieces(z + done, pieces.data(), part);
        evaluate(pieces.data(), done, part);
    }
}

void Interpolant::values(const double* z, double* f, std::size_t count) const {
    by_strips(z, count, [&](const Row* pieces, std::size_t done, std::size_t part) {
        (cubic_ ? cubic_values : quintic_values)(z + done, pieces, lower_, upper_, f + done, part);
    });
}

void Interpolant::slopes(const double* z, double* f, double* f1, std::size_t count) const {
    by_strips(z, count, [&](const Row* pieces, std::size_t done, std::size_t part) {
        (cubic_ ? cubic_slopes : quintic_slopes)(z + done, pieces, lower_, upper_, f + done,
                                                 f1 + done, part);
    });
}

void Interpolant::curvatures(const double* z, double* f, double* f1, double* f2,
                             std::size_t count) const {
    by_strips(z, count, [&](const Row* pieces, std::size_t done, std::size_t part) {
        (cubic_ ? cubic_slopes : quintic_slopes)(z + done, pieces, lower_, upper_, f + done,
                                                 f1 + done, part);
        piece_curvatures(z + done, pieces, lower_, upper_, f2 + done, part);
    });
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
