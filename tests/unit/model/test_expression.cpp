#include "equipoise/model/families.hpp"
#include "equipoise/model/smooth_functions.hpp"

#include <catch2/catch.hpp>

#include "function_checks.hpp"
#include <cmath>
#include <string>

// Protects expression("..."): the interpolant is as good as the closed form where there is one, is
// C2 across its cells, reports its own error honestly, and refuses what it cannot use with a
// message that says where and why.

namespace {

using namespace equipoise::model;

std::string refusal(const std::string& text, double from = -1.0, double to = 1.0) {
    try {
        make_expression(text, from, to, 64);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "accepted";
}

} // namespace

TEST_CASE("expression tanh(z) is the tanh family") {
    const FunctionPointer expression = make_expression("tanh(z)", -12.0, 12.0, 4096);
    const TanhFunction exact(1.0, 1.0, 0.0, 0.0, "tanh");
    double value = 0.0;
    double slope = 0.0;
    double curvature = 0.0;
    for (double z = -12.0; z <= 12.0; z += 1.37e-3) {
        value = std::max(value, std::abs(expression->value(z) - exact.value(z)));
        slope = std::max(slope, std::abs(expression->slope(z) - exact.slope(z)));
        curvature = std::max(curvature, std::abs(expression->curvature(z) - exact.curvature(z)));
    }
    CHECK(value < 1e-14);
    CHECK(slope < 1e-11);
    CHECK(curvature < 1e-8);
    CHECK(expression->interpolation_error() < 1e-14);
    CHECK(expression->range().lower == -12.0);
    CHECK(expression->range().upper == 12.0);
    CHECK(expression->description() == "expression(\"tanh(z)\", from=-12, to=12, points=4096)");
}

TEST_CASE("the interpolant converges with order six, and the reported error is the true one") {
    double before = 0.0;
    for (const std::size_t cells : {32U, 64U, 128U}) {
        const FunctionPointer f = make_expression("exp(sin(3*z))", -2.0, 2.0, cells);
        double error = 0.0;
        for (double z = -2.0; z <= 2.0; z += 1e-4) {
            error = std::max(error, std::abs(f->value(z) - std::exp(std::sin(3.0 * z))));
        }
        CHECK(f->interpolation_error() > 0.5 * error);
        CHECK(f->interpolation_error() <= 1.01 * error);
        if (before > 0.0) {
            CHECK(before / error > 45.0); // 64 for exactly order six
        }
        before = error;
    }
}

TEST_CASE("value, slope and curvature are continuous from cell to cell") {
    const FunctionPointer f = make_expression("z/(1 + z^2)", -3.0, 5.0, 50);
    for (int i = 1; i < 50; ++i) {
        const double knot = -3.0 + 8.0 * i / 50.0;
        const double left = knot - 1e-11;
        const double right = knot + 1e-11;
        CHECK(f->value(left) == Approx(f->value(right)).margin(1e-10));
        CHECK(f->slope(left) == Approx(f->slope(right)).margin(1e-9));
        CHECK(f->curvature(left) == Approx(f->curvature(right)).margin(1e-8));
    }
    for (double z = -2.9; z < 4.9; z += 0.31) {
        checks::check_derivatives(*f, z, 1e-3, 1e-8); // of the interpolant itself
    }
}

TEST_CASE("expressions keep bounds and bits") {
    const FunctionPointer f = make_expression("sin(4*z)*exp(-z^2/8)", -6.0, 6.0, 300);
    checks::check_bits(*f, -6.5, 6.5);
    checks::check_bounds(*f, 65536.0, 1.01);
    checks::check_bounds(*f, 2.0, 1.1);
}

TEST_CASE("a kink is reported as the error that it causes") {
    const FunctionPointer f = make_expression("abs(z - 0.013)", -1.0, 1.0, 100);
    CHECK(f->interpolation_error() > 1e-4);
    CHECK(f->interpolation_error() < 0.02);
}

TEST_CASE("constants and functions of the expression language work") {
    const FunctionPointer f = make_expression("pi*cos(pi*z) + (z > 2 ? 100 : 0)", -1.0, 1.0, 200);
    CHECK(f->value(0.25) == Approx(3.141592653589793 * std::sqrt(0.5)).epsilon(1e-11));
}

TEST_CASE("expressions that cannot be used are refused with the reason") {
    using Catch::Matchers::Contains;
    CHECK_THAT(refusal("tanh(z"), Contains("does not parse") && Contains("character"));
    CHECK_THAT(refusal("2*y + z"), Contains("unknown name 'y' at character 3") && Contains("z"));
    CHECK_THAT(refusal("x"), Contains("unknown name 'x'"));
    CHECK_THAT(refusal("foo(z)"), Contains("foo"));
    CHECK_THAT(refusal(""), Contains("empty"));
    CHECK_THAT(refusal("  "), Contains("empty"));
    CHECK_THAT(refusal("z = 3"), Contains("'='") && Contains("character 3"));
    CHECK_THAT(refusal("0,5*z"), Contains("comma"));
    CHECK_THAT(refusal("1/z"), Contains("inf at z = 0"));
    CHECK_THAT(refusal("log(z)", -1.0, 1.0), Contains("at z = -1"));
    CHECK_THAT(refusal("z", 1.0, -1.0), Contains("range from 1 to -1"));
    CHECK_THAT(refusal("z", 1.0, 1.0 + 1e-15), Contains("no room"));
    CHECK_THAT(refusal("1e308*z"), Contains("too large"));
    CHECK(refusal("z <= 0.5 ? z : 0.5") == "accepted");
    CHECK(refusal("z == 3") == "accepted");
}
