#pragma once

#include <catch2/catch.hpp>

#include <cmath>
#include <string>

/// A two-sided test at five standard errors: with a right program it fails for 6e-7 of all seeds,
/// and seeds are fixed. `expected` and `error` (the standard error of `value`) come from theory.
inline void check_within_five_errors(const std::string& what, double value, double expected,
                                     double error) {
    INFO(what << ": " << value << ", expected " << expected << ", standard error " << error);
    REQUIRE(error > 0.0);
    CHECK(std::abs(value - expected) < 5.0 * error);
}
