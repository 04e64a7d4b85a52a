#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

/// The vectorised loops of an Interpolant: which cell of an even grid a state falls into, and the
/// polynomials there. A row of coefficients is read as a whole and transposed in registers with the
/// rows of three other states, far cheaper than to gather each coefficient from its own place.
/// The bits of a value depend on its state alone.
namespace equipoise::model::piece_loops {

inline constexpr std::size_t strip = 256; ///< states worked on at a time: what is found stays in L1

/// What a row holds.
enum class Layout {
    cubic,   ///< c[0..3] of a cell: sum_k c[k] u^k, u the distance from the cell's lower edge
    quintic, ///< c[0..5] likewise, and two numbers that are not read
    joint    ///< c[0..2], a knot, c[3] below the knot, c[3] above, and two that are not read; u the
             ///< distance from the knot: two cubics that join twice continuously differentiably
             ///< differ in c[3] alone
};

constexpr unsigned doubles_in_row(Layout layout) {
    return layout == Layout::cubic ? 4 : 8;
}

/// Cells of equal width from `lower` to `upper`; states beyond are moved to the ends.
class Grid {
  public:
    Grid() = default;
    Grid(double lower, double upper, std::size_t cells)
        : lower_(lower), upper_(upper), width_((upper - lower) / static_cast<double>(cells)),
          cells_per_unit_(static_cast<double>(cells) / (upper - lower)) {
        first_middle_ = lower + 0.5 * width_;
    }

    [[nodiscard]] double lower() const { return lower_; }
    [[nodiscard]] double upper() const { return upper_; }
    [[nodiscard]] double clamp(double z) const {
        const double x = z < lower_ ? lower_ : z; // NaN passes
        return x > upper_ ? upper_ : x;
    }
    /// The number of the state's cell, as the low 32 bits of the result: either neighbour's within
    /// rounding of the edge between them (after the last cell stands one more), 0 for NaN.
    [[nodiscard]] double shifted_cell(double clamped) const {
        const double cell = (clamped - first_middle_) * cells_per_unit_; // to the nearest is down
        return (cell > 0.0 ? cell : 0.0) + to_integer;
    }
    [[nodiscard]] double edge_of_shifted(double shifted) const {
        return (shifted - to_integer) * width_ + lower_;
    }
    [[nodiscard]] double edge(std::size_t cell) const {
        return static_cast<double>(cell) * width_ + lower_;
    }

  private:
    static constexpr double to_integer = 0x1.8p52; ///< x + this rounds to the nearest integer
    double lower_ = 0.0;
    double upper_ = 0.0;
    double first_middle_ = 0.0;
    double width_ = 0.0;
    double cells_per_unit_ = 0.0;
};

/// Where the rows stand.
struct Rows {
    Layout layout = Layout::cubic;
    const double* numbers = nullptr; ///< one row after the other; if not joint, cell by cell
    /// joint: where the row for a cell begins, in doubles. All of the cell lies between the knots
    /// before and after that row's.
    const std::uint32_t* of_cell = nullptr;
};

/// A strip of states as they were found.
struct Found {
    alignas(64) std::array<double, strip> place;     ///< from the cell's edge; joint: the state
    alignas(64) std::array<std::uint64_t, strip> at; ///< where the row begins; joint: the cell
};

/// Finds up to `strip` states.
void find(const Grid& grid, Layout layout, const double* z, std::size_t count, Found& found);

/// Of the states found, the values, and the first and the second derivatives where there is room
/// for them (f2 only with f1).
void evaluate(const Rows& rows, const Found& found, std::size_t count, double* f, double* f1,
              double* f2);

} // namespace equipoise::model::piece_loops
