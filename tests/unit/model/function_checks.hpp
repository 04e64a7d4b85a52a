#pragma once

#include "equipoise/model/function.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

/// What every Function must keep, whatever its family.
namespace equipoise::model::checks {

/// F' and F'' against central differences of order 8 of F with step h, at z.
inline void check_derivatives(const Function& function, double z, double h, double tolerance) {
    const auto f = [&](int step) { return function.value(z + step * h); };
    const double slope = (4.0 / 5.0 * (f(1) - f(-1)) - 1.0 / 5.0 * (f(2) - f(-2)) +
                          4.0 / 105.0 * (f(3) - f(-3)) - 1.0 / 280.0 * (f(4) - f(-4))) /
                         h;
    const double curvature =
        (-205.0 / 72.0 * f(0) + 8.0 / 5.0 * (f(1) + f(-1)) - 1.0 / 5.0 * (f(2) + f(-2)) +
         8.0 / 315.0 * (f(3) + f(-3)) - 1.0 / 560.0 * (f(4) + f(-4))) /
        (h * h);
    INFO(function.description() << " at z = " << z);
    CHECK(function.slope(z) == Approx(slope).margin(tolerance).epsilon(0.0));
    CHECK(function.curvature(z) == Approx(curvature).margin(10.0 * tolerance / h).epsilon(0.0));
}

inline bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](double x, double y) {
        return std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y);
    });
}

/// A value depends neither on its place in the array, nor on which of the calls computes it, nor on
/// the output standing where the input was.
inline void check_bits(const Function& function, double lower, double upper) {
    constexpr std::size_t count = 1037; // chunks of any power of two leave a rest
    std::vector<double> z(count);
    for (std::size_t i = 0; i < count; ++i) {
        z[i] = lower + (upper - lower) * std::fmod(0.618034 * static_cast<double>(i), 1.0);
    }
    std::vector<double> f(count), f1(count), f2(count);
    function.curvatures(z.data(), f.data(), f1.data(), f2.data(), count);

    std::vector<double> alone(count), alone1(count), alone2(count);
    for (std::size_t i = 0; i < count; ++i) {
        alone[i] = function.value(z[i]);
        alone1[i] = function.slope(z[i]);
        alone2[i] = function.curvature(z[i]);
    }
    INFO(function.description());
    CHECK(same_bits(f, alone));
    CHECK(same_bits(f1, alone1));
    CHECK(same_bits(f2, alone2));

    std::vector<double> again(count), again1(count);
    function.slopes(z.data(), again.data(), again1.data(), count);
    CHECK(same_bits(again, f));
    CHECK(same_bits(again1, f1));
    for (std::size_t cut = 1; cut < 20; ++cut) {
        function.values(z.data(), again.data(), cut);
        function.values(z.data() + cut, again.data() + cut, count - cut);
        REQUIRE(same_bits(again, f));
    }
    std::vector<double> in_place = z;
    function.values(in_place.data(), in_place.data(), count);
    CHECK(same_bits(in_place, f));
}

/// The bounds hold, and are no more than `slack` times what is reached.
inline void check_bounds(const Function& function, double radius, double slack) {
    const double lower = std::max(-radius, function.range().lower);
    const double upper = std::min(radius, function.range().upper);
    double largest = 0.0;
    double steepest = 0.0;
    constexpr int samples = 20000;
    for (int i = 0; i <= samples; ++i) {
        const double z = lower + (upper - lower) * i / samples;
        largest = std::max(largest, std::abs(function.value(z)));
        steepest = std::max(steepest, std::abs(function.slope(z)));
    }
    INFO(function.description() << " for |z| <= " << radius);
    CHECK(function.bound(0, radius) >= largest);
    CHECK(function.bound(1, radius) >= steepest);
    CHECK(function.bound(0, radius) <= slack * largest);
    CHECK(function.bound(1, radius) <= slack * steepest);
}

} // namespace equipoise::model::checks
