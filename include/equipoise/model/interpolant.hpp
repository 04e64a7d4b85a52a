#pragma once

#include "equipoise/model/function.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace equipoise::model {

/// A function given by one polynomial of degree <= 5 on each interval between knots, C2 across
/// them. Defined on [first knot, last knot]; outside, the end pieces are continued, and callers
/// check range().
class Interpolant final : public Function {
  public:
    using Piece = std::array<double, 6>; ///< coefficients of powers of (z - left knot), ascending

    /// knots: ascending, one more than pieces. `error`: how far it may be from what the user wrote.
    Interpolant(std::vector<double> knots, const std::vector<Piece>& pieces, double error,
                std::string description);

    void values(const double* z, double* f, std::size_t count) const override;
    void slopes(const double* z, double* f, double* f1, std::size_t count) const override;
    void curvatures(const double* z, double* f, double* f1, double* f2,
                    std::size_t count) const override;
    [[nodiscard]] double bound(int order, double radius) const override;
    [[nodiscard]] Interval range() const override { return {knots_.front(), knots_.back()}; }
    [[nodiscard]] double interpolation_error() const override { return error_; }
    [[nodiscard]] std::string description() const override { return description_; }

    /// The quintic piece with these values, slopes and curvatures at both ends of an interval.
    static Piece hermite(double width, const std::array<double, 3>& left,
                         const std::array<double, 3>& right);

  private:
    void find(const double* z, std::int32_t* piece, double* offset, std::size_t count) const;

    std::vector<double> knots_;
    std::vector<double> coefficients_; ///< (piece, power)
    // z -> cell of a uniform grid finer than the knots -> first piece that may hold it
    double grid_per_unit_;
    std::vector<std::int32_t> first_piece_;
    int most_steps_ = 0; ///< pieces to move on, at most, from first_piece_
    double error_;
    std::string description_;
};

} // namespace equipoise::model
