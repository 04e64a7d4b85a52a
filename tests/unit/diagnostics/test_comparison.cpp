// Protects what is said about two solvers: largest and root mean square differences, and the
// verdict.
#include "equipoise/diagnostics/comparison.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cmath>
#include <vector>

using namespace equipoise::diagnostics;

namespace {

/// Differences in standard errors of 0.5, at t = 1, 2, ...
Difference compared(const std::vector<double>& in_errors) {
    Comparison comparison(1);
    double t = 0.0;
    for (const double x : in_errors) {
        t += 1.0;
        comparison.add(t, std::array{1.0 + 0.5 * x}, std::array{1.0}, std::array{0.5});
    }
    return comparison.difference(0);
}

} // namespace

TEST_CASE("largest, root mean square and their time") {
    const Difference difference = compared({1.0, -3.0, 2.0, 0.0});
    CHECK(difference.largest == Approx(1.5));
    CHECK(difference.root_mean_square == Approx(0.5 * std::sqrt(14.0 / 4.0)));
    CHECK(difference.largest_in_errors == Approx(3.0));
    CHECK(difference.time_of_largest == 2.0);
    CHECK(difference.records == 4);
}

TEST_CASE("quantities are kept apart") {
    Comparison comparison(2);
    comparison.add(1.0, std::array{1.0, 5.0}, std::array{1.5, 5.0}, std::array{0.0, 0.0});
    CHECK(comparison.difference(0).largest == 0.5);
    CHECK(comparison.difference(1).largest == 0.0);
    CHECK(comparison.difference(0).largest_in_errors == 0.0); // no sampling: no standard errors
}

TEST_CASE("a comparison restored from its state goes on like the undisturbed one") {
    Comparison whole(2);
    Comparison first(2);
    const auto add = [](Comparison& comparison, double t) {
        comparison.add(t, std::array{std::sin(9.0 * t), t}, std::array{0.1, 0.0},
                       std::array{0.1, 0.3});
    };
    for (int i = 0; i < 10; ++i) {
        add(whole, i);
        if (i < 6) {
            add(first, i);
        }
    }
    Comparison second(2);
    second.restore(first.state());
    for (int i = 6; i < 10; ++i) {
        add(second, i);
    }
    CHECK(second.state() == whole.state());
    CHECK(second.difference(0).root_mean_square == whole.difference(0).root_mean_square);
}

TEST_CASE("the verdict tells a transient from a lasting difference") {
    CHECK(verdict(compared({3.9, -3.9, 1.0})) == "agree");
    CHECK(verdict(compared({70.0, 5.0, 1.0, 1.0, 1.0, 1.0})) == "agree after t = 2");
    CHECK(verdict(compared({1.0, 1.0, 1.0, 5.0})) == "close");
    CHECK(verdict(compared({1.0, 1.0, 1.0, 7.0})) == "differ");
    CHECK(verdict(compared({1.0, NAN, 1.0, NAN})) != "agree after t = 2");
}

TEST_CASE("standard errors of independent samples") {
    CHECK(error_of_mean(4.0, 100.0) == Approx(0.2));
    CHECK(error_of_variance(2.0, 3.0, 50.0) == Approx(2.0 * std::sqrt(2.0 / 50.0)));
}
