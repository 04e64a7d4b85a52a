#include "equipoise/model/interpolant.hpp"

#include "equipoise/util/errors.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace equipoise::model {

namespace {

using piece_loops::Layout;

constexpr std::size_t most_pieces = 1U << 27; ///< rows begin within 32 bits
constexpr std::size_t most_cells = 1U << 22;  ///< of a grid that is finer than the knots

/// The coefficients of sum_k c[k] z^k in powers of z - origin.
std::array<double, 6> about(double origin, std::array<double, 6> c) {
    for (std::size_t done = 0; done < 5; ++done) { // Horner's rule, again and again
        for (std::size_t k = 5; k-- > done;) {
            c[k] += origin * c[k + 1];
        }
    }
    return c;
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

Interpolant::Interpolant(std::vector<Piece> pieces, Knots knots, std::string description,
                         double error)
    : pieces_(std::move(pieces)), description_(std::move(description)), error_(error) {
    ensure(pieces_.size() >= 2 && pieces_.size() < most_pieces, "an interpolant has a cell");
    ensure(std::is_sorted(pieces_.begin(), pieces_.end(),
                          [](const Piece& a, const Piece& b) { return a.knot <= b.knot; }),
           "knots ascend");
    const bool cubic = std::all_of(pieces_.begin(), pieces_.end(), [](const Piece& piece) {
        return piece.coefficients[4] == 0.0 && piece.coefficients[5] == 0.0;
    });
    if (knots == Knots::uniform) {
        layout_ = cubic ? Layout::cubic : Layout::quintic;
        fill_rows_by_cell();
    } else {
        ensure(cubic, "pieces between knots at uneven distances are cubic");
        layout_ = Layout::joint;
        fill_rows_by_knot();
    }
}

void Interpolant::fill_rows_by_cell() {
    grid_ = {pieces_.front().knot, pieces_.back().knot, pieces_.size() - 1};
    const std::size_t length = piece_loops::doubles_in_row(layout_);
    const std::size_t rows_in_line = Line{}.numbers.size() / length;
    lines_.resize(pieces_.size() / rows_in_line + 1);
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
        // The loops measure from the edge as they compute it, which differs from the knot by
        // rounding.
        const auto c = about(grid_.edge(i) - pieces_[i].knot, pieces_[i].coefficients);
        std::copy_n(c.begin(), std::min(length, c.size()),
                    lines_[i / rows_in_line].numbers.data() + i % rows_in_line * length);
    }
}

void Interpolant::fill_rows_by_knot() {
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
        const auto& c = pieces_[i].coefficients;
        const double below = pieces_[i > 0 ? i - 1 : 0].coefficients[3];
        lines_.push_back({{c[0], c[1], c[2], pieces_[i].knot, below, c[3]}});
    }
    crowded_row_ = static_cast<std::uint32_t>(lines_.size() * sizeof(Line) / sizeof(double));
    lines_.emplace_back();
    // Twice as many cells until none is crowded, or there are too many.
    const std::size_t intervals = pieces_.size() - 1;
    const std::size_t most = std::min(32 * intervals, most_cells);
    std::size_t cells = intervals;
    for (fill_cells(cells); any_crowded_ && 2 * cells <= most; fill_cells(cells)) {
        cells *= 2;
    }
}

void Interpolant::fill_cells(std::size_t cells) {
    grid_ = {pieces_.front().knot, pieces_.back().knot, cells};
    // A state this near to a cell may be taken for one of it.
    const double rounding = 8.0 * std::numeric_limits<double>::epsilon() *
                            (std::abs(grid_.lower()) + std::abs(grid_.upper()));
    constexpr std::size_t length = sizeof(Line) / sizeof(double);
    const std::size_t last = pieces_.size() - 1;
    row_of_cell_.clear();
    any_crowded_ = false;
    std::size_t knot = 0; // the last one that is not above the cell
    for (std::size_t cell = 0; cell <= cells; ++cell) {
        while (knot < last && pieces_[knot + 1].knot <= grid_.edge(cell + 1) + rounding) {
            ++knot;
        }
        const bool crowded = knot > 0 && pieces_[knot - 1].knot > grid_.edge(cell) - rounding;
        any_crowded_ = any_crowded_ || crowded;
        row_of_cell_.push_back(crowded ? crowded_row_ : static_cast<std::uint32_t>(knot * length));
    }
}

bool Interpolant::all_finite(const std::vector<Piece>& pieces) {
    return std::all_of(pieces.begin(), pieces.end(), [](const Piece& piece) {
        const auto& c = piece.coefficients;
        return std::all_of(c.begin(), c.end(), [](double x) { return std::isfinite(x); });
    });
}

void Interpolant::evaluate(const double* z, std::size_t count, double* f, double* f1,
                           double* f2) const {
    const auto from = [](double* array, std::size_t i) {
        return array == nullptr ? nullptr : array + i;
    };
    const piece_loops::Rows rows{layout_, lines_.front().numbers.data(), row_of_cell_.data()};
    piece_loops::Found found;
    for (std::size_t done = 0; done < count; done += piece_loops::strip) {
        const std::size_t part = std::min(piece_loops::strip, count - done);
        piece_loops::find(grid_, layout_, z + done, part, found);
        piece_loops::evaluate(rows, found, part, f + done, from(f1, done), from(f2, done));
        for (std::size_t i = 0; any_crowded_ && i < part; ++i) {
            if (row_of_cell_[found.at[i]] == crowded_row_) {
                evaluate_crowded(found.place[i], f + done + i, from(f1, done + i),
                                 from(f2, done + i));
            }
        }
    }
}

/// One state, whose piece is found by bisection.
void Interpolant::evaluate_crowded(double z, double* f, double* f1, double* f2) const {
    const auto above =
        std::upper_bound(pieces_.begin() + 1, pieces_.end(), z,
                         [](double x, const Piece& piece) { return x < piece.knot; });
    const Piece& piece = *(above - 1);
    const auto& c = piece.coefficients;
    const double u = z - piece.knot;
    *f = c[0] + u * (c[1] + u * (c[2] + u * c[3]));
    if (f1 != nullptr) {
        *f1 = c[1] + u * (2.0 * c[2] + u * (3.0 * c[3]));
    }
    if (f2 != nullptr) {
        *f2 = 2.0 * c[2] + u * (6.0 * c[3]);
    }
}

void Interpolant::values(const double* z, double* f, std::size_t count) const {
    evaluate(z, count, f, nullptr, nullptr);
}

void Interpolant::slopes(const double* z, double* f, double* f1, std::size_t count) const {
    evaluate(z, count, f, f1, nullptr);
}

void Interpolant::curvatures(const double* z, double* f, double* f1, double* f2,
                             std::size_t count) const {
    evaluate(z, count, f, f1, f2);
}

double Interpolant::bound(int order, double radius) const {
    double largest = 0.0;
    for (std::size_t i = 0; i + 1 < pieces_.size(); ++i) {
        const Piece& piece = pieces_[i];
        const double next = pieces_[i + 1].knot;
        if (piece.knot > radius || next < -radius) {
            continue;
        }
        std::array<double, 6> scaled{}; // by powers of (z - knot) / width
        double power = 1.0;
        for (std::size_t k = 0; k < 6; ++k) {
            const std::size_t from = k + static_cast<std::size_t>(order);
            if (from < 6) {
                scaled[k] = power * piece.coefficients[from] *
                            (order == 0 ? 1.0 : static_cast<double>(k + 1));
            }
            power *= next - piece.knot;
        }
        largest = std::max(largest, bernstein_bound(scaled));
    }
    return largest * (1.0 + 1e-12); // rounding while evaluating
}

} // namespace equipoise::model
