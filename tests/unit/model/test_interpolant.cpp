#include "equipoise/model/cubic_spline.hpp"
#include "equipoise/model/interpolant.hpp"

#include <catch2/catch.hpp>

#include "function_checks.hpp"
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

// Protects the runtime of tables and expressions: the right piece is found for every state,
// whatever the knots, its polynomial is evaluated exactly, and the bound holds between samples too.

namespace {

using namespace equipoise::model;

/// Cubics through values that jump up and down from knot to knot: each bends anew, so that whoever
/// takes the wrong one is far off.
std::vector<Interpolant::Piece> zigzag(const std::vector<double>& knots) {
    std::vector<double> values;
    for (std::size_t i = 0; i < knots.size(); ++i) {
        values.push_back(i % 2 == 0 ? 1.0 : -1.0);
    }
    return cubic_spline(knots, values);
}

struct Jet {
    double value, slope, curvature;
};

/// Of the last piece that begins at z or before.
Jet directly(const std::vector<Interpolant::Piece>& pieces, double z) {
    std::size_t i = pieces.size() - 1;
    while (i > 0 && pieces[i].knot > z) {
        --i;
    }
    const auto& c = pieces[i].coefficients;
    const double u = z - pieces[i].knot;
    return {c[0] + u * (c[1] + u * (c[2] + u * c[3])), c[1] + u * (2.0 * c[2] + u * 3.0 * c[3]),
            2.0 * c[2] + u * 6.0 * c[3]};
}

/// z^5 - 2 z^4 + 3 z^3 - z + 4, written around each knot.
std::vector<Interpolant::Piece> polynomial(const std::vector<double>& knots) {
    std::vector<Interpolant::Piece> pieces;
    for (const double k : knots) {
        const double k2 = k * k;
        const double k3 = k2 * k;
        pieces.push_back(
            {k,
             {k3 * k2 - 2.0 * k2 * k2 + 3.0 * k3 - k + 4.0,
              5.0 * k2 * k2 - 8.0 * k3 + 9.0 * k2 - 1.0, 10.0 * k3 - 12.0 * k2 + 9.0 * k,
              10.0 * k2 - 8.0 * k + 3.0, 5.0 * k - 2.0, 1.0}});
    }
    return pieces;
}

/// At every knot, next to it on both sides, and between knots the piece is the right one.
void check_every_piece(const std::vector<double>& knots) {
    const std::vector<Interpolant::Piece> pieces = zigzag(knots);
    const Interpolant function(pieces, Interpolant::Knots::any, "zigzag", 0.0);
    for (std::size_t i = 0; i < knots.size(); ++i) {
        std::vector<double> states{knots[i], std::nextafter(knots[i], knots.back()),
                                   std::nextafter(knots[i], knots.front())};
        if (i + 1 < knots.size()) {
            for (const double part : {0.01, 0.3, 0.5, 0.7, 0.99}) {
                states.push_back(knots[i] + part * (knots[i + 1] - knots[i]));
            }
        }
        const double nearest = std::min(i > 0 ? knots[i] - knots[i - 1] : 1e300,
                                        i + 1 < knots.size() ? knots[i + 1] - knots[i] : 1e300);
        for (const double z : states) {
            const Jet expected = directly(pieces, z);
            INFO(knots.size() << " knots, z = " << z);
            REQUIRE(function.value(z) == Approx(expected.value).margin(1e-12));
            REQUIRE(function.slope(z) == Approx(expected.slope).margin(1e-11 / nearest));
            REQUIRE(function.curvature(z) ==
                    Approx(expected.curvature).margin(1e-10 / (nearest * nearest)));
        }
        REQUIRE(function.value(knots[i]) == pieces[i].coefficients[0]); // to the last bit
    }
    checks::check_bits(function, knots.front() - 0.1, knots.back() + 0.1);
}

const std::vector<double> uneven{-2.0, -1.999, -0.5, 0.1, 0.1001, 0.3, 1.0, 4.0};
const std::vector<double> even{-2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0};

} // namespace

TEST_CASE("every state finds its piece, at knots and next to them, for any number of knots") {
    for (std::size_t count = 4; count <= 40; ++count) {
        std::vector<double> knots;
        for (std::size_t i = 0; i < count; ++i) {
            const auto x = static_cast<double>(i);
            knots.push_back(x + 0.4 * std::sin(7.0 * x) - 3.0);
        }
        check_every_piece(knots);
    }
}

TEST_CASE("knots closer together than any grid is fine are found as well") {
    std::vector<double> ever_closer{-1.0};
    for (int i = 0; i < 40; ++i) {
        ever_closer.push_back(-std::ldexp(0.7, -i));
    }
    check_every_piece(ever_closer);
    std::vector<double> pair_and_triple;
    for (int i = 0; i < 20; ++i) {
        pair_and_triple.push_back(i);
    }
    pair_and_triple.insert(pair_and_triple.begin() + 8, {7.001});
    pair_and_triple.insert(pair_and_triple.begin() + 15, {13.4999, 13.5});
    check_every_piece(pair_and_triple);
}

TEST_CASE("knots may lie as close together as numbers do") {
    std::vector<double> cluster{-1e3, -1.0};
    for (int i = 0; i < 40; ++i) {
        cluster.push_back(std::nextafter(cluster.back(), 1.0));
    }
    cluster.push_back(1e3);
    std::vector<Interpolant::Piece> line; // 2 z + 1
    for (const double knot : cluster) {
        line.push_back({knot, {2.0 * knot + 1.0, 2.0}});
    }
    const Interpolant function(line, Interpolant::Knots::any, "line", 0.0);
    for (const double z : {-1e3, -999.9, -1.1, -0.9, 0.0, 5.0, 1e3}) {
        CHECK(function.value(z) == Approx(2.0 * z + 1.0).epsilon(1e-15).margin(1e-12));
    }
    for (const double knot : cluster) {
        CHECK(function.value(knot) == 2.0 * knot + 1.0);
    }
}

TEST_CASE("uniform knots find the piece by one multiplication") {
    std::vector<double> knots;
    for (int i = 0; i <= 100; ++i) {
        knots.push_back(-1.7 + 0.05 * i);
    }
    const std::vector<Interpolant::Piece> pieces = zigzag(knots);
    const Interpolant function(pieces, Interpolant::Knots::uniform, "zigzag", 0.0);
    for (double z = -1.7; z <= 3.3; z += 0.00171) {
        // next to a knot, rounding may choose either neighbour, and both agree
        const Jet expected = directly(pieces, z);
        CHECK(function.value(z) == Approx(expected.value).margin(1e-12));
        CHECK(function.slope(z) == Approx(expected.slope).margin(1e-10));
        CHECK(function.curvature(z) == Approx(expected.curvature).margin(1e-8));
    }
}

TEST_CASE("knots that are uniform but for rounding cost no digits") {
    std::vector<Interpolant::Piece> line; // z itself; 7 steps of 0.1 from -0.7 do not end at 0
    for (int i = 0; i <= 20; ++i) {
        const double knot = 0.1 * (i - 7);
        line.push_back({knot, {knot, 1.0}});
    }
    const Interpolant function(line, Interpolant::Knots::uniform, "line", 0.0);
    for (const double z : {1e-3, 1e-6, 1e-9, -1e-9, -1e-6, -1e-3}) {
        CHECK(function.value(z) == Approx(z).epsilon(1e-12).margin(1e-17));
    }
}

TEST_CASE("quintic pieces are evaluated with their derivatives") {
    const Interpolant function(polynomial(even), Interpolant::Knots::uniform, "quintic", 0.0);
    for (double z = -2.0; z <= 4.0; z += 0.0371) {
        const double z2 = z * z;
        const double z3 = z2 * z;
        CHECK(function.value(z) ==
              Approx(z3 * z2 - 2.0 * z2 * z2 + 3.0 * z3 - z + 4.0).margin(1e-11));
        CHECK(function.slope(z) == Approx(5.0 * z2 * z2 - 8.0 * z3 + 9.0 * z2 - 1.0).margin(1e-11));
        CHECK(function.curvature(z) == Approx(20.0 * z3 - 24.0 * z2 + 18.0 * z).margin(1e-11));
    }
    checks::check_bits(function, -2.5, 4.5);
}

TEST_CASE("outside the range nothing is extrapolated and nothing breaks") {
    const Interpolant function(zigzag(uneven), Interpolant::Knots::any, "zigzag", 0.0);
    CHECK(function.range().lower == -2.0);
    CHECK(function.range().upper == 4.0);
    for (const double far : {5.0, 1e6, 1e300, std::numeric_limits<double>::infinity()}) {
        CHECK(function.value(far) == function.value(4.0));
        CHECK(function.value(-far) == function.value(-2.0));
        CHECK(std::isfinite(function.slope(far)));
        CHECK(std::isfinite(function.curvature(-far)));
    }
    CHECK(std::isnan(function.value(std::numeric_limits<double>::quiet_NaN())));
    CHECK(std::isnan(function.slope(std::numeric_limits<double>::quiet_NaN())));
    const Interpolant uniform(polynomial({0.0, 1.0, 2.0}), Interpolant::Knots::uniform, "", 0.0);
    CHECK(uniform.value(1e300) == uniform.value(2.0));
    CHECK(uniform.value(-1e300) == uniform.value(0.0));
    CHECK(std::isnan(uniform.value(std::numeric_limits<double>::quiet_NaN())));
}

TEST_CASE("the bound is the polynomials' own, not that of samples") {
    // s^2 (1 - s)^2 on [0, 1]: its maximum, 1/16, lies between the knots; so does its slope's
    const Interpolant hump({{0.0, {0.0, 0.0, 1.0, -2.0, 1.0, 0.0}}, {1.0, {}}},
                           Interpolant::Knots::uniform, "hump", 0.0);
    CHECK(hump.bound(0, 1.0) >= 1.0 / 16.0);
    CHECK(hump.bound(0, 1.0) <= 0.11); // Bernstein coefficients: 1/10
    CHECK(hump.bound(1, 1.0) >= std::sqrt(3.0) / 9.0);
    CHECK(hump.bound(1, 1.0) <= 0.55);

    const Interpolant function(polynomial(even), Interpolant::Knots::uniform, "quintic", 0.0);
    checks::check_bounds(function, 4.0, 1.01);
    checks::check_bounds(function, 65536.0, 1.01);
    // whole cells count: that of 0.2 reaches from 0 to 1
    CHECK(function.bound(0, 0.2) < function.bound(0, 4.0));
    CHECK(function.bound(0, 0.2) >= 4.0);
}
