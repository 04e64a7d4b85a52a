#include "equipoise/model/cubic_spline.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <vector>

// Protects the spline behind tables: through the points, twice continuously differentiable,
// not-a-knot at the ends, of order four.

namespace {

using namespace equipoise::model;

const std::vector<double> knots{-2.0, -1.1, -0.9, 0.3, 1.0, 2.5};

Interpolant through(const std::vector<double>& z, const std::vector<double>& y) {
    return Interpolant(cubic_spline(z, y), Interpolant::Knots::any, "spline", 0.0);
}

template <class F>
std::vector<double> sampled(const std::vector<double>& z, F&& f) {
    std::vector<double> y;
    for (const double x : z) {
        y.push_back(f(x));
    }
    return y;
}

} // namespace

TEST_CASE("a cubic is reproduced, from four points on") {
    const auto cubic = [](double z) { return 0.7 * z * z * z - 2.0 * z * z + z - 3.0; };
    for (std::size_t count = 4; count <= knots.size(); ++count) {
        const std::vector<double> z(knots.begin(),
                                    knots.begin() + static_cast<std::ptrdiff_t>(count));
        const Interpolant spline = through(z, sampled(z, cubic));
        for (double x = z.front(); x <= z.back(); x += 0.01) {
            CHECK(spline.value(x) == Approx(cubic(x)).margin(1e-12));
            CHECK(spline.slope(x) == Approx(2.1 * x * x - 4.0 * x + 1.0).margin(1e-11));
            CHECK(spline.curvature(x) == Approx(4.2 * x - 4.0).margin(1e-10));
        }
    }
}

TEST_CASE("points are met exactly and the pieces join twice continuously differentiably") {
    const std::vector<double> y{0.3, -1.0, 2.0, 1.9, 0.0, 5.0};
    const Interpolant spline = through(knots, y);
    const std::vector<Interpolant::Piece> pieces = cubic_spline(knots, y);
    REQUIRE(pieces.size() == knots.size());
    for (std::size_t i = 0; i < knots.size(); ++i) {
        CHECK(spline.value(knots[i]) == y[i]); // to the last bit
    }
    for (std::size_t i = 0; i + 1 < pieces.size(); ++i) {
        const double h = knots[i + 1] - knots[i];
        const auto& c = pieces[i].coefficients;
        const auto& next = pieces[i + 1].coefficients;
        CHECK(c[0] + h * (c[1] + h * (c[2] + h * c[3])) == Approx(next[0]).margin(1e-12));
        CHECK(c[1] + h * (2.0 * c[2] + h * 3.0 * c[3]) == Approx(next[1]).margin(1e-11));
        CHECK(c[2] + h * 3.0 * c[3] == Approx(next[2]).margin(1e-10));
    }
    // not a knot: one cubic over the first two cells, one over the last two
    CHECK(pieces[0].coefficients[3] == Approx(pieces[1].coefficients[3]).epsilon(1e-10));
    CHECK(pieces[3].coefficients[3] == Approx(pieces[4].coefficients[3]).epsilon(1e-10));
    CHECK(pieces[1].coefficients[3] != Approx(pieces[2].coefficients[3]).epsilon(1e-3));
}

TEST_CASE("the spline is of order four, up to the ends") {
    double before = 0.0;
    for (const int cells : {20, 40, 80}) {
        std::vector<double> z;
        for (int i = 0; i <= cells; ++i) {
            const double u = static_cast<double>(i) / cells;
            z.push_back(-1.0 + 2.0 * u + 0.1 * std::sin(6.0 * u)); // uneven
        }
        const Interpolant spline = through(z, sampled(z, [](double x) { return std::exp(x); }));
        double error = 0.0;
        for (double x = z.front(); x <= z.back(); x += 1e-3) {
            error = std::max(error, std::abs(spline.value(x) - std::exp(x)));
        }
        if (before > 0.0) {
            CHECK(before / error > 13.0); // 16 for exactly order four
        }
        before = error;
    }
    CHECK(before < 1e-6);
}
