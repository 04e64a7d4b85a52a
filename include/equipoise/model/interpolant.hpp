#pragma once

#include "equipoise/model/function.hpp"
#include "equipoise/model/piece_loops.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace equipoise::model {

/// A function given by one polynomial of degree at most 5 in each cell between knots: what tables
/// and expressions become. Whoever builds it sees to it that the pieces join twice continuously
/// differentiably. Outside its range it is continued by its values at the ends.
class Interpolant final : public Function {
  public:
    /// F(z) = sum_k coefficients[k] (z - knot)^k from this knot to the next.
    struct Piece {
        double knot = 0.0;
        std::array<double, 6> coefficients{};
    };
    /// At equal distances, up to rounding; or anywhere, then with cubics only.
    enum class Knots { uniform, any };

    /// `pieces` in ascending order; the last one begins where the range ends: its first three
    /// coefficients hold value, slope and half the curvature there. `error`: see
    /// interpolation_error().
    Interpolant(std::vector<Piece> pieces, Knots knots, std::string description, double error);

    /// False when the numbers behind the pieces were too large, or too close, for arithmetic.
    [[nodiscard]] static bool all_finite(const std::vector<Piece>& pieces);

    void values(const double* z, double* f, std::size_t count) const override;
    void slopes(const double* z, double* f, double* f1, std::size_t count) const override;
    void curvatures(const double* z, double* f, double* f1, double* f2,
                    std::size_t count) const override;
    [[nodiscard]] double bound(int order, double radius) const override;
    [[nodiscard]] Interval range() const override { return {grid_.lower(), grid_.upper()}; }
    [[nodiscard]] double interpolation_error() const override { return error_; }
    [[nodiscard]] std::string description() const override { return description_; }

  private:
    /// Eight numbers in one line of the cache: a row, or two.
    struct alignas(64) Line {
        std::array<double, 8> numbers{};
    };

    void fill_rows_by_cell();
    void fill_rows_by_knot();
    void fill_cells(std::size_t cells);
    void evaluate(const double* z, std::size_t count, double* f, double* f1, double* f2) const;
    void evaluate_crowded(double z, double* f, double* f1, double* f2) const;

    std::vector<Piece> pieces_;
    piece_loops::Layout layout_ = piece_loops::Layout::cubic;
    piece_loops::Grid grid_;
    std::vector<Line> lines_;                ///< of uniform knots a row for each cell, else knot
    std::vector<std::uint32_t> row_of_cell_; ///< see piece_loops::Rows
    /// The row, all zeros, of cells that hold too many knots for one row.
    std::uint32_t crowded_row_ = 0;
    bool any_crowded_ = false;
    std::string description_;
    double error_ = 0.0;
};

} // namespace equipoise::model
