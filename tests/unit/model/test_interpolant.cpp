#include "equipoise/model/interpolant.hpp"

#include <catch2/catch.hpp>

#include "function_checks.hpp"
#include <cmath>
#include <limits>
#include <vector>

// Protects the runtime of tables and expressions: the right piece is found for every state,
// whatever the knots, its polynomial is evaluated exactly, and the bound holds between samples too.

namespace {

using namespace equipoise::model;

/// Pieces whose value tells where a state was found: the constant term is the index.
std::vector<Interpolant::Piece> steps(const std::vector<double>& knots) {
    std::vector<Interpolant::Piece> pieces;
    for (std::size_t i = 0; i < knots.size(); ++i) {
        pieces.push_back({knots[i], {static_cast<double>(i)}});
    }
    return pieces;
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

/// At a knot, and next to it on both sides, the piece is the right one.
void check_every_knot(const std::vector<double>& knots) {
    const Interpolant function(steps(knots), Interpolant::Knots::any, "steps", 0.0);
    for (std::size_t i = 0; i < knots.size(); ++i) {
        const auto index = static_cast<double>(i);
        REQUIRE(function.value(knots[i]) == index);
        const double above = std::nextafter(knots[i], std::numeric_limits<double>::infinity());
        if (i + 1 < knots.size() && above < knots[i + 1]) {
            REQUIRE(function.value(above) == index);
        }
        const double below = std::nextafter(knots[i], -std::numeric_limits<double>::infinity());
        if (i > 0 && below > knots[i - 1]) {
            REQUIRE(function.value(below) == index - 1.0);
        }
    }
}

const std::vector<double> uneven{-2.0, -1.999, -0.5, 0.1, 0.1001, 0.3, 1.0, 4.0};

} // namespace

TEST_CASE("every state finds its piece, at knots and next to them, for any number of knots") {
    for (std::size_t count = 2; count <= 40; ++count) {
        std::vector<double> knots;
        for (std::size_t i = 0; i < count; ++i) {
            const auto x = static_cast<double>(i);
            knots.push_back(x + 0.4 * std::sin(7.0 * x) - 3.0);
        }
        check_every_knot(knots);
    }
}

TEST_CASE("knots may lie as close together as numbers do") {
    std::vector<double> ever_closer{-1.0};
    for (int i = 0; i < 60; ++i) {
        ever_closer.push_back(-std::ldexp(0.7, -i));
    }
    std::vector<double> cluster{-1e300, -1.0};
    for (int i = 0; i < 40; ++i) {
        cluster.push_back(std::nextafter(cluster.back(), 1.0));
    }
    cluster.push_back(1e308);
    check_every_knot(ever_closer);
    check_every_knot(cluster);
}

TEST_CASE("uniform knots find the piece by one multiplication") {
    std::vector<double> knots;
    for (int i = 0; i <= 100; ++i) {
        knots.push_back(-1.7 + 0.05 * i);
    }
    const Interpolant function(steps(knots), Interpolant::Knots::uniform, "steps", 0.0);
    for (std::size_t i = 0; i + 1 < knots.size(); ++i) {
        // away from the knots: there, rounding may choose either neighbour, and both agree
        CHECK(function.value(0.5 * (knots[i] + knots[i + 1])) == static_cast<double>(i));
        CHECK(function.value(knots[i] + 1e-9) == static_cast<double>(i));
    }
}

TEST_CASE("pieces are evaluated with their derivatives") {
    for (const Interpolant::Knots kind : {Interpolant::Knots::any, Interpolant::Knots::uniform}) {
        const std::vector<double> even{-2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0};
        const Interpolant function(polynomial(kind == Interpolant::Knots::any ? uneven : even),
                                   kind, "quintic", 0.0);
        for (double z = -2.0; z <= 4.0; z += 0.0371) {
            const double z2 = z * z;
            const double z3 = z2 * z;
            CHECK(function.value(z) ==
                  Approx(z3 * z2 - 2.0 * z2 * z2 + 3.0 * z3 - z + 4.0).margin(1e-11));
            CHECK(function.slope(z) ==
                  Approx(5.0 * z2 * z2 - 8.0 * z3 + 9.0 * z2 - 1.0).margin(1e-11));
            CHECK(function.curvature(z) == Approx(20.0 * z3 - 24.0 * z2 + 18.0 * z).margin(1e-11));
        }
        checks::check_bits(function, -2.5, 4.5);
    }
}

TEST_CASE("outside the range nothing is extrapolated and nothing breaks") {
    const Interpolant function(polynomial(uneven), Interpolant::Knots::any, "quintic", 0.0);
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
                           Interpolant::Knots::any, "hump", 0.0);
    CHECK(hump.bound(0, 1.0) >= 1.0 / 16.0);
    CHECK(hump.bound(0, 1.0) <= 0.11); // Bernstein coefficients: 1/10
    CHECK(hump.bound(1, 1.0) >= std::sqrt(3.0) / 9.0);
    CHECK(hump.bound(1, 1.0) <= 0.55);

    const Interpolant function(polynomial(uneven), Interpolant::Knots::any, "quintic", 0.0);
    checks::check_bounds(function, 4.0, 1.01);
    checks::check_bounds(function, 65536.0, 1.01);
    // whole cells count: that of 0.2 reaches from 0.1001 to 0.3
    CHECK(function.bound(0, 0.2) < function.bound(0, 4.0));
    CHECK(function.bound(0, 0.2) >= 4.0);
}
