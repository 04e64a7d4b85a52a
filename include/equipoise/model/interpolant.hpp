#pragma once

#include "equipoise/model/function.hpp"

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
    /// How the piece of a state is found: by one multiplication, or by that and a bisection among
    /// the few knots near by.
    enum class Knots { uniform, any };

    /// `pieces` in ascending order; the last one begins where the range ends: its first three
    /// coefficients hold value, slope and half the curvature there. `error`: see
    /// interpolation_error().
    Interpolant(const std::vector<Piece>& pieces, Knots knots, std::string description,
                double error);

    /// False when the numbers behind the pieces were too large, or too close, for arithmetic.
    [[nodiscard]] static bool all_finite(const std::vector<Piece>& pieces);

    void values(const double* z, double* f, std::size_t count) const override;
    void slopes(const double* z, double* f, double* f1, std::size_t count) const override;
    void curvatures(const double* z, double* f, double* f1, double* f2,
                    std::size_t count) const override;
    [[nodiscard]] double bound(int order, double radius) const override;
    [[nodiscard]] Interval range() const override { return {lower_, upper_}; }
    [[nodiscard]] double interpolation_error() const override { return error_; }
    [[nodiscard]] std::string description() const override { return description_; }

    ~Interpolant() override;

    struct Row; ///< a piece as it is stored

  private:
    void set_buckets(std::size_t count);
    void fill_buckets();
    void copy_pieces(const double* z, Row* copies, std::size_t count) const;
    /// evaluate(pieces, first, count) for strip after strip of the states.
    template <class Evaluate>
    void by_strips(const double* z, std::size_t count, const Evaluate& evaluate) const;

    std::vector<Row> rows_;
    bool cubic_ = true; ///< no piece has a higher degree
    double lower_ = 0.0;
    double upper_ = 0.0;
    // Buckets of equal width over the range: of uniform knots, the pieces themselves; of others
    // narrower, each with the piece at its beginning.
    double buckets_per_unit_ = 0.0;
    double last_bucket_ = 0.0;
    std::vector<std::int32_t> start_;
    std::vector<double> knots_;
    std::int32_t first_stride_ = 0; ///< of the bisection among the knots of a bucket
    std::string description_;
    double error_ = 0.0;
};

} // namespace equipoise::model
