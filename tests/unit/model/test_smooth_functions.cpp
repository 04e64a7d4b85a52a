#include "equipoise/model/families.hpp"
#include "equipoise/model/smooth_functions.hpp"

#include <catch2/catch.hpp>

#include "function_checks.hpp"
#include <cmath>
#include <limits>
#include <map>
#include <string>

// Protects the formulas of the closed-form families, their derivatives (a wrong G' or G'' biases
// the balance, and no solver would notice), their bounds (exact sums overflow without them) and the
// independence of bits from the array.

namespace {

using namespace equipoise::model;
using Parameters = std::map<std::string, double>;

equipoise::config::FunctionSpec spec(const std::string& family, const Parameters& parameters) {
    equipoise::config::FunctionSpec result;
    result.family = family;
    result.parameters = parameters;
    return result;
}

std::vector<FunctionPointer> all_functions() {
    return {
        make_drift(spec("linear", {{"tau", 0.5}})),
        make_drift(spec("cubic", {{"a0", 0.2}, {"a1", 1.5}, {"a3", 0.7}})),
        make_noise(spec("constant", {{"sigma", 0.8}})),
        make_noise(spec("quadratic", {{"sigma0", 0.7}, {"sigma1", 0.5}})),
        make_gain(spec("linear", {{"slope", -1.7}})),
        make_gain(spec("tanh", {{"slope", 1.3}, {"height", 2.0}})),
        make_gain(spec("logistic", {{"slope", 2.5}, {"threshold", 0.4}, {"height", 3.0}})),
        make_gain(spec("erf", {{"slope", 0.9}, {"height", 1.5}})),
        make_gain(spec("softplus", {{"slope", 1.1}, {"height", 0.6}})),
    };
}

} // namespace

TEST_CASE("families compute their formulas") {
    const FunctionPointer linear = make_drift(spec("linear", {{"tau", 0.5}}));
    const FunctionPointer cubic =
        make_drift(spec("cubic", {{"a0", 0.2}, {"a1", 1.5}, {"a3", 0.7}}));
    const FunctionPointer constant = make_noise(spec("constant", {{"sigma", 0.8}}));
    const FunctionPointer quadratic =
        make_noise(spec("quadratic", {{"sigma0", 0.7}, {"sigma1", 0.5}}));
    const FunctionPointer gain = make_gain(spec("linear", {{"slope", -1.7}}));
    const FunctionPointer tangent = make_gain(spec("tanh", {{"slope", 1.3}, {"height", 2.0}}));
    const FunctionPointer logistic =
        make_gain(spec("logistic", {{"slope", 2.5}, {"threshold", 0.4}, {"height", 3.0}}));
    const FunctionPointer error = make_gain(spec("erf", {{"slope", 0.9}, {"height", 1.5}}));
    const FunctionPointer softplus = make_gain(spec("softplus", {{"slope", 1.1}, {"height", 0.6}}));
    for (double z = -6.0; z <= 6.0; z += 0.37) {
        const auto near = [](double exact) { return Approx(exact).epsilon(1e-14).margin(1e-15); };
        CHECK(linear->value(z) == near(-z / 0.5));
        CHECK(cubic->value(z) == near(0.2 + 1.5 * z - 0.7 * z * z * z));
        CHECK(constant->value(z) == 0.8);
        CHECK(quadratic->value(z) == near(std::sqrt(0.49 + 0.25 * z * z)));
        CHECK(gain->value(z) == near(-1.7 * z));
        CHECK(tangent->value(z) == near(2.0 * std::tanh(1.3 * z)));
        CHECK(logistic->value(z) == near(3.0 / (1.0 + std::exp(-2.5 * (z - 0.4)))));
        CHECK(error->value(z) == near(1.5 * std::erf(0.9 * z)));
        CHECK(softplus->value(z) == near(0.6 * std::log(1.0 + std::exp(1.1 * z))));
    }
}

TEST_CASE("slopes and curvatures are the derivatives") {
    for (const FunctionPointer& function : all_functions()) {
        for (double z = -4.0; z <= 4.0; z += 0.43) {
            checks::check_derivatives(*function, z, 0.02, 1e-10);
        }
    }
}

TEST_CASE("derivatives agree with closed forms far out, where differences see nothing") {
    const FunctionPointer tangent = make_gain(spec("tanh", {{"slope", 1.0}, {"height", 1.0}}));
    const FunctionPointer softplus = make_gain(spec("softplus", {{"slope", 1.0}, {"height", 1.0}}));
    for (const double z : {-15.0, -9.0, 9.0, 15.0}) {
        // 1 - tanh^2 = sech^2; tanh itself has an absolute error of 1e-16
        const double square = 1.0 / (std::cosh(z) * std::cosh(z));
        CHECK(tangent->slope(z) == Approx(square).margin(5e-16).epsilon(0.0));
        CHECK(tangent->curvature(z) ==
              Approx(-2.0 * std::tanh(z) * square).margin(1e-15).epsilon(0.0));
        const double logistic = 1.0 / (1.0 + std::exp(-z));
        CHECK(softplus->slope(z) == Approx(logistic).margin(2e-16).epsilon(0.0));
        CHECK(softplus->curvature(z) ==
              Approx(logistic * (1.0 - logistic)).margin(5e-16).epsilon(0.0));
    }
}

TEST_CASE("nothing overflows for states up to the bound") {
    for (const FunctionPointer& function : all_functions()) {
        for (const double z : {-65536.0, -1000.0, 0.0, -0.0, 1e-300, 1000.0, 65536.0}) {
            INFO(function->description() << " at " << z);
            CHECK(std::isfinite(function->value(z)));
            CHECK(std::isfinite(function->slope(z)));
            CHECK(std::isfinite(function->curvature(z)));
        }
        if (!function->affine() || function->affine()->slope != 0.0) {
            CHECK(std::isnan(function->value(std::numeric_limits<double>::quiet_NaN())));
        }
    }
    // |sigma1 z| has a kink at 0: its derivatives there are a convention, not NaN
    const QuadraticNoise pure(0.0, 0.5);
    CHECK(pure.value(0.0) == 0.0);
    CHECK(pure.slope(0.0) == 0.0);
    CHECK(pure.curvature(0.0) == 0.0);
}

TEST_CASE("bounds hold and are not wasteful") {
    for (const FunctionPointer& function : all_functions()) {
        checks::check_bounds(*function, 3.0, 2.1);
    }
}

TEST_CASE("bits depend on the state alone") {
    for (const FunctionPointer& function : all_functions()) {
        checks::check_bits(*function, -7.0, 7.0);
    }
}

TEST_CASE("affine functions say so, others do not") {
    const auto drift = make_drift(spec("linear", {{"tau", 0.5}}))->affine();
    REQUIRE(drift);
    CHECK(drift->slope == -2.0);
    CHECK(drift->offset == 0.0);
    const auto noise = make_noise(spec("constant", {{"sigma", 0.8}}))->affine();
    REQUIRE(noise);
    CHECK(noise->slope == 0.0);
    CHECK(noise->offset == 0.8);
    CHECK_FALSE(make_gain(spec("tanh", {{"slope", 1.0}, {"height", 1.0}}))->affine());
    CHECK_FALSE(make_noise(spec("quadratic", {{"sigma0", 1.0}, {"sigma1", 0.5}}))->affine());
}
