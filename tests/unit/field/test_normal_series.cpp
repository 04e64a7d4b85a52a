// Protects the series that stand in for expectations where the sites are many.
#include "equipoise/field/normal_series.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <vector>

using equipoise::field::NormalSeries;
using equipoise::field::Rectangle;

namespace {

using Function = std::function<double(double, double)>;

NormalSeries series_of(const std::vector<Function>& functions, const Rectangle& rectangle,
                       const std::array<std::size_t, 2>& size) {
    const NormalSeries::Grid grid = NormalSeries::grid(rectangle, size);
    std::vector<double> values;
    for (const Function& function : functions) {
        std::transform(grid.v.begin(), grid.v.end(), grid.k.begin(), std::back_inserter(values),
                       function);
    }
    return {rectangle, size, functions.size(), values};
}

/// A lattice of 41 x 11 places in the rectangle, its corners among them.
NormalSeries::Grid places(const Rectangle& rectangle) {
    NormalSeries::Grid result;
    for (int i = 0; i <= 40; ++i) {
        for (int j = 0; j <= 10; ++j) {
            result.v.push_back(i == 40 ? rectangle.v.upper
                                       : rectangle.v.lower + rectangle.v.width() * i / 40.0);
            result.k.push_back(j == 10 ? rectangle.k.upper
                                       : rectangle.k.lower + rectangle.k.width() * j / 10.0);
        }
    }
    return result;
}

double largest_error(const NormalSeries& series, std::size_t which, const Function& function,
                     const Rectangle& rectangle) {
    const NormalSeries::Grid at = places(rectangle);
    std::vector<double> f(at.v.size());
    std::array<double*, 3> out{};
    out[which] = f.data();
    series.evaluate(at.v.data(), at.k.data(), f.size(), out);
    double largest = 0.0;
    for (std::size_t i = 0; i < f.size(); ++i) {
        largest = std::max(largest, std::abs(f[i] - function(at.v[i], at.k[i])));
    }
    return largest;
}

const Rectangle wide{{-1.0, 3.0}, {0.5, 1.5}};
const Rectangle line{{-1.0, 3.0}, {0.7, 0.7}};

/// Polynomials in v and sqrt(k).
double cubic(double v, double k) {
    return 2.0 - v + 0.5 * v * v * v + k * v - 0.3 * k * k;
}
double wave(double v, double k) {
    return std::sin(v) * std::exp(-0.5 * k);
}

} // namespace

TEST_CASE("series reproduce polynomials, and analytic functions to rounding") {
    CHECK(largest_error(series_of({cubic}, wide, {4, 5}), 0, cubic, wide) < 5e-14);
    const NormalSeries both = series_of({cubic, wave}, wide, {24, 16});
    CHECK(both.tail()[0] < 1e-13);
    CHECK(both.tail()[1] < 1e-13);
    CHECK(largest_error(both, 0, cubic, wide) < 5e-14);
    CHECK(largest_error(both, 1, wave, wide) < 1e-14);
    CHECK(largest_error(series_of({wave}, line, {24, 1}), 0, wave, line) < 1e-14);
}

TEST_CASE("the tails say in which direction functions are not resolved") {
    const auto steep_in_v = [](double v, double k) { return std::tanh(8.0 * v) + k; };
    const auto steep_in_k = [](double v, double k) { return v / (0.01 + (k - 1.0) * (k - 1.0)); };
    const std::array<double, 2> first = series_of({wave, steep_in_v}, wide, {24, 12}).tail();
    CHECK(first[0] > 1e-3);
    CHECK(first[1] < 1e-12);
    const std::array<double, 2> second = series_of({steep_in_k, wave}, wide, {24, 12}).tail();
    CHECK(second[0] < 1e-12);
    CHECK(second[1] > 1e-3);
    CHECK(series_of({steep_in_v}, line, {16, 1}).tail()[1] == 0.0); // one K: nothing to resolve
}

TEST_CASE("shortening costs what it was given, and saves terms") {
    for (const Rectangle& rectangle : {wide, line}) {
        NormalSeries series =
            series_of({wave, cubic}, rectangle, {32, rectangle.k.width() > 0.0 ? 16U : 1U});
        const std::size_t before = series.terms();
        series.shorten(1e-6);
        CHECK(series.terms() < before / 2);
        CHECK(largest_error(series, 0, wave, rectangle) < 1e-6);
        CHECK(largest_error(series, 0, wave, rectangle) > 1e-10); // it did leave something out
        CHECK(largest_error(series, 1, cubic, rectangle) < 1e-6);
    }
}

TEST_CASE("a value depends on its place alone, not on the array around it") {
    const NormalSeries series = series_of({wave, cubic}, wide, {20, 9});
    const NormalSeries::Grid at = places(wide);
    std::vector<double> all(at.v.size());
    series.evaluate(at.v.data(), at.k.data(), all.size(), {nullptr, all.data(), nullptr});
    for (std::size_t i = 0; i < all.size(); ++i) {
        double one = 0.0;
        double other = 0.0;
        series.evaluate(&at.v[i], &at.k[i], 1, {&other, &one, nullptr});
        CHECK(one == all[i]);
    }
}

TEST_CASE("rectangles of next to no width are no trouble") {
    const double v = 0.4;
    for (const double k : {0.0, 1e-3, 0.9}) {
        const Rectangle point{{v, v}, {k, std::nextafter(k, 1.0)}};
        const NormalSeries series = series_of({wave}, point, {16, 8});
        double f = 0.0;
        series.evaluate(&v, &point.k.upper, 1, {&f, nullptr, nullptr});
        CHECK(f == Approx(wave(v, k)).margin(1e-14));
    }
}
