// Protects the series that stands in for expectations where all sites share one variance.
#include "equipoise/field/chebyshev.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

using equipoise::field::Chebyshev;

namespace {

Chebyshev series_of(double (*function)(double), double lower, double upper, std::size_t size) {
    std::vector<double> values = Chebyshev::points(lower, upper, size);
    std::transform(values.begin(), values.end(), values.begin(), function);
    return Chebyshev::interpolate(lower, upper, values.data(), size);
}

std::vector<double> places(double lower, double upper) {
    std::vector<double> result;
    for (int i = 0; i <= 100; ++i) {
        result.push_back(lower + (upper - lower) * i / 100.0);
    }
    return result;
}

} // namespace

TEST_CASE("a series reproduces polynomials, and analytic functions to rounding") {
    const std::vector<double> v = places(-1.0, 3.0);
    std::vector<double> f(v.size());
    series_of([](double x) { return 2.0 - x + 0.5 * x * x * x; }, -1.0, 3.0, 4)
        .evaluate(v.data(), f.data(), v.size());
    for (std::size_t i = 0; i < v.size(); ++i) {
        CHECK(f[i] == Approx(2.0 - v[i] + 0.5 * v[i] * v[i] * v[i]).margin(1e-14));
    }
    const Chebyshev sine = series_of([](double x) { return std::sin(x); }, -1.0, 3.0, 24);
    CHECK(sine.tail() < 1e-15);
    sine.evaluate(v.data(), f.data(), v.size());
    for (std::size_t i = 0; i < v.size(); ++i) {
        CHECK(f[i] == Approx(std::sin(v[i])).margin(4e-15));
    }
}

TEST_CASE("the tail says how well a function is resolved; shortening costs what it was given") {
    Chebyshev rough = series_of([](double x) { return std::tanh(8.0 * x); }, -1.0, 1.0, 16);
    CHECK(rough.tail() > 1e-3);
    Chebyshev fine = series_of([](double x) { return std::exp(x); }, -1.0, 1.0, 32);
    const std::vector<double> v = places(-1.0, 1.0);
    std::vector<double> f(v.size());
    fine.shorten(1e-6);
    CHECK(fine.coefficients.size() < 12);
    fine.evaluate(v.data(), f.data(), v.size());
    double largest = 0.0;
    for (std::size_t i = 0; i < v.size(); ++i) {
        largest = std::max(largest, std::abs(f[i] - std::exp(v[i])));
    }
    CHECK(largest < 1e-6);
    CHECK(largest > 1e-9); // it did leave something out
}

TEST_CASE("a value depends on its place alone, not on the array around it") {
    const Chebyshev series = series_of([](double x) { return std::cos(3.0 * x); }, -1.0, 1.0, 20);
    const std::vector<double> v = places(-1.0, 1.0);
    std::vector<double> all(v.size());
    series.evaluate(v.data(), all.data(), v.size());
    for (std::size_t i = 0; i < v.size(); ++i) {
        double one = 0.0;
        series.evaluate(&v[i], &one, 1);
        CHECK(one == all[i]);
    }
}
