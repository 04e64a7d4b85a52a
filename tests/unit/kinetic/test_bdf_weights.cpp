// The backward differentiation formulae: exact for polynomials of their order whatever the steps,
// with an error estimate that is the error itself for the next power, and weights that cancel.
#include "equipoise/kinetic/bdf_weights.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <random>
#include <span>
#include <vector>

using namespace equipoise::kinetic;

namespace {

/// Times before 0, the newest first, with steps that differ by up to a factor of 4.
std::vector<double> times_before(double first_step, std::size_t count, unsigned seed) {
    std::mt19937_64 generator(seed);
    std::uniform_real_distribution<double> uniform(0.5, 2.0);
    std::vector<double> times;
    double t = 0.0;
    for (std::size_t i = 0; i < count; ++i) {
        t -= first_step * uniform(generator);
        times.push_back(t);
    }
    return times;
}

/// sum_i weights[i] t_i^power.
double combine(const BdfWeights& of, const BdfWeights::Weights& weights,
               std::span<const double> times, int power) {
    double sum = 0.0;
    for (std::size_t i = 0; i < of.states; ++i) {
        sum += weights[i] * std::pow(times[i], power);
    }
    return sum;
}

} // namespace

TEST_CASE("formula and first guess are exact for polynomials of their order, for any steps") {
    for (const double step : {1e-6, 0.1, 30.0}) {
        for (std::size_t order = 1; order <= most_bdf_order; ++order) {
            for (std::size_t known = 1; known <= most_earlier_states; ++known) {
                const std::vector<double> times =
                    times_before(step, known, static_cast<unsigned>(7 * order + known));
                const BdfWeights weights = bdf_weights(0.0, times, order);
                CHECK(weights.states == std::min(known, order + 1));
                const int exact = static_cast<int>(std::min(order, known));
                for (int power = 0; power <= exact; ++power) {
                    const double slope = power == 1 ? 1.0 : 0.0; // of t^power at 0
                    const double value = power == 0 ? 1.0 : 0.0;
                    CHECK(weights.shift * value + combine(weights, weights.rate, times, power) ==
                          Approx(slope).margin(1e-11 * std::pow(step, power - 1)));
                    if (power < static_cast<int>(weights.states)) {
                        CHECK(combine(weights, weights.guess, times, power) ==
                              Approx(value).margin(1e-11 * std::pow(step, power)));
                    }
                }
            }
        }
    }
}

TEST_CASE("with equal steps the formulae are those of the textbooks") {
    const std::vector<double> times{-0.5, -1.0, -1.5, -2.0};
    const BdfWeights second = bdf_weights(0.0, times, 2);
    CHECK(second.shift == Approx(3.0));
    CHECK(second.rate[0] == Approx(-4.0));
    CHECK(second.rate[1] == Approx(1.0));
    CHECK(second.rate[2] == 0.0);
    const BdfWeights third = bdf_weights(0.0, times, 3);
    CHECK(third.shift == Approx(11.0 / 3.0));
    CHECK(third.rate[0] == Approx(-6.0));
    CHECK(third.rate[1] == Approx(3.0));
    CHECK(third.rate[2] == Approx(-2.0 / 3.0));
}

TEST_CASE("the weights of the rate add up to nothing, to the last bit, in any order") {
    for (unsigned seed = 1; seed < 200; ++seed) {
        for (std::size_t order = 1; order <= most_bdf_order; ++order) {
            const std::vector<double> times =
                times_before(std::pow(10.0, -5.0 + 0.05 * seed), most_earlier_states, seed);
            const BdfWeights weights = bdf_weights(0.0, times, order);
            double forwards = weights.shift;
            double backwards = 0.0;
            for (std::size_t i = 0; i < most_earlier_states; ++i) {
                forwards += weights.rate[i];
                backwards += weights.rate[most_earlier_states - 1 - i];
            }
            CHECK(forwards == 0.0);
            CHECK(backwards + weights.shift == 0.0);
        }
    }
}

TEST_CASE("the error estimate is the error of one step on the power above the order") {
    for (std::size_t order = 1; order <= most_bdf_order; ++order) {
        const std::vector<double> times = times_before(0.2, order + 1, 5);
        const BdfWeights weights = bdf_weights(0.0, times, order);
        REQUIRE(weights.error_order == order);
        for (int power = 0; power <= static_cast<int>(order); ++power) {
            CHECK(weights.error_new * (power == 0 ? 1.0 : 0.0) +
                      combine(weights, weights.error, times, power) ==
                  Approx(0.0).margin(1e-13));
        }
        // du/dt = (order + 1) t^order, exact before 0: u comes out as what the weights leave over.
        const int next = static_cast<int>(order) + 1;
        const double result = -combine(weights, weights.rate, times, next) / weights.shift;
        const double estimate =
            weights.error_new * result + combine(weights, weights.error, times, next);
        // The estimate measures the defect at the solution, which is (1 + error_new) of the error
        // at t^next's own value 0.
        CHECK(std::abs(estimate) == Approx(std::abs(result) * (1.0 + weights.error_new)));
    }
}
