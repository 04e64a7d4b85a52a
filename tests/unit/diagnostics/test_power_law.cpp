// Protects the fitted exponents: exact powers are found exactly, and the interval covers the true
// exponent as often as it says.
#include "equipoise/diagnostics/power_law.hpp"
#include "equipoise/util/errors.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <random>
#include <vector>

using namespace equipoise::diagnostics;

TEST_CASE("the exponent of an exact power") {
    const std::vector<double> sizes{100.0, 250.0, 4000.0};
    std::vector<double> errors;
    std::vector<double> squares;
    for (const double n : sizes) {
        errors.push_back(3.0 * std::pow(n, -0.75));
        squares.insert(squares.end(), 4, errors.back() * errors.back());
    }
    CHECK(fitted_exponent(sizes, errors) == Approx(-0.75).epsilon(1e-13));
    const PowerLaw fit = fit_power_law(sizes, squares, 4);
    CHECK(fit.exponent == Approx(-0.75).epsilon(1e-13));
    CHECK(fit.upper - fit.lower < 1e-12);
}

TEST_CASE("two sizes and two realisations by hand") {
    const std::vector<double> sizes{1.0, std::exp(2.0)};
    // Root mean squares 2 and 1: the exponent is -log(2) / 2. Weights are -1/2 and 1/2, influences
    // -/+ (1/2) (2/8) and so 1/8; standard error 1/8; t(1) at 97.5 % is tan(0.475 pi).
    const PowerLaw fit = fit_power_law(sizes, std::vector<double>{6.0, 2.0, 1.0, 1.0}, 2);
    CHECK(fit.exponent == Approx(-0.5 * std::log(2.0)));
    const double half = 0.125 * std::tan(0.475 * std::acos(-1.0));
    CHECK(fit.upper - fit.exponent == Approx(half));
    CHECK(fit.exponent - fit.lower == Approx(half));
}

TEST_CASE("random numbers shared by the sizes do not spread the exponent") {
    const std::vector<double> sizes{10.0, 100.0};
    // A realisation that is off by the same factor everywhere says nothing against the exponent.
    const PowerLaw fit = fit_power_law(sizes, std::vector<double>{1.0, 9.0, 0.1, 0.9}, 2);
    CHECK(fit.exponent == Approx(-0.5));
    CHECK(fit.upper - fit.lower < 1e-12);
}

TEST_CASE("the interval covers the exponent 95 times of 100") {
    // 2000 studies; 1900 expected, standard deviation 9.7. The delta method is of first order: with
    // averages of 20 squares in a realisation its own error is well below the bounds, which are 4
    // standard deviations and 1 % of the level away.
    std::mt19937 generator(20260101);
    std::normal_distribution<double> normal;
    const std::vector<double> sizes{100.0, 400.0, 1600.0, 6400.0};
    constexpr int studies = 2000;
    constexpr std::size_t realisations = 12;
    int covered = 0;
    for (int study = 0; study < studies; ++study) {
        std::vector<double> squares;
        for (const double n : sizes) {
            for (std::size_t r = 0; r < realisations; ++r) {
                double sum = 0.0;
                for (int i = 0; i < 20; ++i) {
                    const double x = normal(generator);
                    sum += x * x / (20.0 * n);
                }
                squares.push_back(sum);
            }
        }
        const PowerLaw fit = fit_power_law(sizes, squares, realisations);
        covered += fit.lower <= -0.5 && -0.5 <= fit.upper ? 1 : 0;
    }
    CHECK(covered > 1900 - 59);
    CHECK(covered < 1900 + 59);
}

TEST_CASE("what cannot be fitted is refused") {
    const std::vector<double> one{5.0, 5.0};
    CHECK_THROWS_AS(fitted_exponent(one, one), equipoise::InternalError);
    const std::vector<double> sizes{1.0, 2.0};
    CHECK_THROWS_AS(fit_power_law(sizes, sizes, 1), equipoise::InternalError);
}
