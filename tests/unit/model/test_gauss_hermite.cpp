#include "equipoise/model/gauss_hermite.hpp"

#include <catch2/catch.hpp>

#include <cmath>

// Protects expectations under a normal distribution: exact for polynomials, converged for the
// functions that are used.

namespace {

using equipoise::model::GaussHermite;

template <class F>
double expectation(const GaussHermite& rule, F&& f) {
    double sum = 0.0;
    for (std::size_t i = 0; i < rule.size(); ++i) {
        sum += rule.weights[i] * f(rule.nodes[i]);
    }
    return sum;
}

} // namespace

TEST_CASE("moments are exact up to degree 2 size - 1, and no further") {
    for (const std::size_t size : {1U, 2U, 3U, 7U, 20U, 48U, 64U}) {
        const GaussHermite rule(size);
        REQUIRE(rule.size() == size);
        double moment = 1.0; // of degree 0, 2, 4, ...: 1, 1, 3, 15, 105, ...
        for (std::size_t degree = 0; degree < 2 * size; ++degree) {
            const auto power = static_cast<double>(degree);
            const double computed = expectation(rule, [&](double x) { return std::pow(x, power); });
            INFO("size " << size << ", degree " << degree);
            if (degree % 2 == 1) {
                // symmetric up to the order of summation
                CHECK(std::abs(computed) < 1e-13 * moment * power);
            } else {
                if (degree > 0) {
                    moment *= power - 1.0;
                }
                CHECK(computed == Approx(moment).epsilon(1e-12));
            }
        }
        const auto past = static_cast<double>(2 * size);
        const double beyond = expectation(rule, [&](double x) { return std::pow(x, past); });
        if (size < 40) { // the error, size!, is a smaller and smaller part of the moment
            CHECK(beyond < 0.9999999 * moment * (past - 1.0));
        }
    }
}

TEST_CASE("nodes ascend, weights are positive, and both are symmetric") {
    for (const std::size_t size : {2U, 33U, 128U, 256U}) {
        const GaussHermite rule(size);
        for (std::size_t i = 0; i < size; ++i) {
            CHECK(rule.weights[i] > 0.0);
            CHECK(rule.nodes[i] == -rule.nodes[size - 1 - i]);
            CHECK(rule.weights[i] == rule.weights[size - 1 - i]);
            if (i > 0) {
                CHECK(rule.nodes[i] > rule.nodes[i - 1]);
            }
        }
    }
}

TEST_CASE("expectations of exp and tanh") {
    const GaussHermite rule(48);
    for (const double s : {0.1, 0.5, 1.0, 2.0}) {
        CHECK(expectation(rule, [&](double x) { return std::exp(s * x); }) ==
              Approx(std::exp(0.5 * s * s)).epsilon(1e-13));
    }
    // By the trapezoidal rule, which converges exponentially here.
    const auto trapezoidal = [](double mean, double deviation) {
        double sum = 0.0;
        constexpr double h = 1.0 / 64.0;
        for (int i = -12 * 64; i <= 12 * 64; ++i) {
            const double x = h * i;
            sum += h * std::exp(-0.5 * x * x) * std::tanh(mean + deviation * x);
        }
        return sum / std::sqrt(2.0 * 3.141592653589793);
    };
    for (const double mean : {0.0, 0.3, 1.0}) {
        const double deviation = std::sqrt(0.5);
        CHECK(expectation(rule, [&](double x) { return std::tanh(mean + deviation * x); }) ==
              Approx(trapezoidal(mean, deviation)).margin(1e-11));
    }
}
