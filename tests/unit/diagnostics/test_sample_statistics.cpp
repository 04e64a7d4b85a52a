// Protects mean, deviation and standard error over realisations.
#include "equipoise/diagnostics/sample_statistics.hpp"
#include "equipoise/util/errors.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cmath>

using namespace equipoise::diagnostics;

TEST_CASE("two quantities over four samples by hand") {
    // 1, 2, 3, 6: mean 3, squares of distances 4 + 1 + 0 + 9 = 14
    const std::array samples{1.0, -8.0, 2.0, -8.0, 3.0, -8.0, 6.0, -8.0};
    const SampleStatistics statistics = sample_statistics(samples, 2);
    REQUIRE(statistics.mean.size() == 2);
    CHECK(statistics.mean[0] == 3.0);
    CHECK(statistics.deviation[0] == Approx(std::sqrt(14.0 / 3.0)));
    CHECK(statistics.error[0] == Approx(std::sqrt(14.0 / 12.0)));
    CHECK(statistics.mean[1] == -8.0);
    CHECK(statistics.deviation[1] == 0.0);
    CHECK(statistics.error[1] == 0.0);
}

TEST_CASE("a deviation far below the mean keeps its digits") {
    const std::array samples{1e9 - 1e-4, 1e9, 1e9 + 1e-4};
    const double step = samples[1] - samples[0]; // as doubles have it
    CHECK(sample_statistics(samples, 1).deviation[0] == Approx(step).epsilon(1e-3));
}

TEST_CASE("one sample has no deviation, and half a sample is none") {
    CHECK_THROWS_AS(sample_statistics(std::array{1.0, 2.0}, 2), equipoise::InternalError);
    CHECK_THROWS_AS(sample_statistics(std::array{1.0, 2.0, 3.0}, 2), equipoise::InternalError);
}
