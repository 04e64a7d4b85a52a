#include "equipoise/model/formula.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <numbers>
#include <string>
#include <utility>

// Protects drive, input and initial data as the user writes them: variables by domain, dependence
// on position and time (solvers skip work by it), errors in the user's terms.

namespace {

using equipoise::config::DomainKind;
using equipoise::model::FormulaFunction;

std::string refusal(const std::string& text, DomainKind domain) {
    try {
        const FormulaFunction formula(text, domain);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "accepted";
}

} // namespace

TEST_CASE("a formula is evaluated at position and time") {
    const FormulaFunction drive("0.1 + 0.05*cos(2*pi*x)*sin(t)", DomainKind::ring);
    for (const double x : {0.0, 0.3, 0.9}) {
        for (const double t : {0.0, 1.5}) {
            CHECK(drive({x, 0.0}, t) ==
                  Approx(0.1 + 0.05 * std::cos(2.0 * std::numbers::pi * x) * std::sin(t)));
        }
    }
    const FormulaFunction plane("x1 + 10*x2 + 100*t", DomainKind::torus);
    CHECK(plane({1.0, 2.0}, 3.0) == 321.0);
    CHECK(FormulaFunction("x", DomainKind::torus)({1.0, 2.0}, 3.0) == 1.0);
    CHECK(FormulaFunction("x1", DomainKind::ring)({1.0, 2.0}, 3.0) == 1.0);
}

TEST_CASE("a formula that is a number is that number, with or without a parser") {
    for (const char* text : {"0.15", " -2.5e-3\t", ".5", "5.", "1E3", "1e-320", "-0.0", "007"}) {
        CAPTURE(text);
        const FormulaFunction number(text, DomainKind::ring);
        CHECK(number({0.3, 0.0}, 2.0) == std::strtod(text, nullptr));
        // Within brackets muParser reads it.
        CHECK(number({0.3, 0.0}, 2.0) ==
              FormulaFunction(fmt::format("({})", text), DomainKind::ring)({0.3, 0.0}, 2.0));
    }
    for (const char* text : {"inf", "-nan", "1 2", "1e", "--"}) {
        CAPTURE(text);
        CHECK(refusal(text, DomainKind::ring) != "accepted");
    }
}

TEST_CASE("a formula outlives its move") {
    FormulaFunction first("x + t", DomainKind::ring);
    FormulaFunction second = std::move(first);
    CHECK(second({1.0, 0.0}, 2.0) == 3.0);
    FormulaFunction third("0", DomainKind::ring);
    third = std::move(second);
    CHECK(third({1.0, 0.0}, 2.0) == 3.0);
    FormulaFunction fourth("0.25", DomainKind::ring);
    third = std::move(fourth);
    CHECK(third({1.0, 0.0}, 2.0) == 0.25);
}

TEST_CASE("a formula knows what it depends on") {
    const auto depends = [](const char* text, DomainKind domain) {
        const FormulaFunction f(text, domain);
        return std::pair(f.depends_on_position(), f.depends_on_time());
    };
    CHECK(depends("0.1", DomainKind::ring) == std::pair(false, false));
    CHECK(depends("pi", DomainKind::ring) == std::pair(false, false));
    CHECK(depends("cos(x)", DomainKind::ring) == std::pair(true, false));
    CHECK(depends("x1", DomainKind::ring) == std::pair(true, false));
    CHECK(depends("x2*t", DomainKind::torus) == std::pair(true, true));
    CHECK(depends("tan(t)", DomainKind::point) == std::pair(false, true));
    CHECK(FormulaFunction("0", DomainKind::point).is_zero());
    CHECK(FormulaFunction("1 - 1", DomainKind::ring).is_zero());
    CHECK_FALSE(FormulaFunction("0.1", DomainKind::point).is_zero());
    CHECK_FALSE(FormulaFunction("x", DomainKind::ring).is_zero());
    CHECK_FALSE(FormulaFunction("t", DomainKind::ring).is_zero());
}

TEST_CASE("what a formula cannot mean is refused") {
    using Catch::Matchers::Contains;
    CHECK_THAT(refusal("x + 1", DomainKind::point), Contains("unknown name 'x'") && Contains("t"));
    CHECK_THAT(refusal("x2", DomainKind::ring), Contains("unknown name 'x2'"));
    CHECK_THAT(refusal("z", DomainKind::torus), Contains("unknown name 'z'"));
    CHECK_THAT(refusal("cos(2*pi*x", DomainKind::ring), Contains("does not parse"));
    CHECK_THAT(refusal("1 +", DomainKind::ring), Contains("character"));
    CHECK_THAT(refusal("0,1", DomainKind::ring), Contains("comma"));
    CHECK_THAT(refusal("x += 1", DomainKind::ring), Contains("'='"));
    CHECK_THAT(refusal("\"text\"", DomainKind::ring), Contains("character"));
    CHECK(refusal("x < 0.5 ? 1 : 0", DomainKind::ring) == "accepted");
    CHECK(refusal("x >= 0.5", DomainKind::ring) == "accepted");
}
