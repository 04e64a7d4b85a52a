// Protects the distances between distributions that the comparison of densities reports.
#include "equipoise/diagnostics/distribution.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cmath>
#include <numeric>
#include <vector>

using namespace equipoise::diagnostics;

TEST_CASE("distances of two uniform distributions, one shifted") {
    // U(0, 1) against U(0.25, 1.25): KS = 0.25, W1 = 0.25
    std::vector<double> edges;
    std::vector<double> f;
    std::vector<double> g;
    for (int i = 0; i <= 200; ++i) {
        const double y = -0.5 + 0.0125 * i;
        edges.push_back(y);
        f.push_back(std::fmin(1.0, std::fmax(0.0, y)));
        g.push_back(std::fmin(1.0, std::fmax(0.0, y - 0.25)));
    }
    const DistributionDistance distance = distribution_distance(edges, f, g);
    CHECK(distance.kolmogorov_smirnov == Approx(0.25));
    CHECK(distance.wasserstein == Approx(0.25));
    CHECK(distribution_distance(edges, f, f).kolmogorov_smirnov == 0.0);
}

TEST_CASE("only the part between the edges counts") {
    const std::array edges{0.0, 1.0, 2.0};
    const DistributionDistance distance =
        distribution_distance(edges, std::array{0.2, 0.4, 0.6}, std::array{0.0, 0.5, 1.0});
    CHECK(distance.kolmogorov_smirnov == Approx(0.0).margin(1e-15));
    const DistributionDistance none =
        distribution_distance(edges, std::array{0.2, 0.2, 0.2}, std::array{0.0, 0.5, 1.0});
    CHECK(std::isnan(none.kolmogorov_smirnov));
    CHECK(std::isnan(none.wasserstein));
}

TEST_CASE("cumulative distribution of a density on cells") {
    const std::array density{0.0, 2.0, 2.0, 0.0}; // on [-1, 1], cells of 0.5: mass 2
    const std::array edges{-3.0, -0.5, -0.25, 0.0, 0.5, 3.0};
    const std::vector<double> at = cumulative(density, -1.0, 0.5, edges);
    const std::array expected{0.0, 0.0, 0.5, 1.0, 2.0, 2.0};
    for (std::size_t i = 0; i < expected.size(); ++i) {
        CHECK(at[i] == Approx(expected[i]).margin(1e-15));
    }
}

TEST_CASE("bin weights: rows sum to 1, exact for linear values, second order for waves") {
    for (const auto& [sites, bins] : std::vector<std::pair<std::size_t, std::size_t>>{
             {1, 1}, {8, 8}, {64, 16}, {7, 3}, {5, 12}}) {
        CAPTURE(sites, bins);
        const std::vector<double> weights = bin_weights(sites, bins);
        for (std::size_t b = 0; b < bins; ++b) {
            const auto row = weights.begin() + static_cast<std::ptrdiff_t>(b * sites);
            CHECK(std::accumulate(row, row + static_cast<std::ptrdiff_t>(sites), 0.0) ==
                  Approx(1.0));
        }
        for (std::size_t s = 0; s < sites; ++s) { // every site counts equally in all
            double sum = 0.0;
            for (std::size_t b = 0; b < bins; ++b) {
                sum += weights[b * sites + s];
            }
            CHECK(sum == Approx(static_cast<double>(bins) / static_cast<double>(sites)));
        }
    }
    const auto error = [](std::size_t sites) {
        const std::size_t bins = 4;
        const double turn = 2.0 * std::acos(-1.0);
        const std::vector<double> weights = bin_weights(sites, bins);
        double worst = 0.0;
        for (std::size_t b = 0; b < bins; ++b) {
            double average = 0.0;
            for (std::size_t s = 0; s < sites; ++s) {
                average += weights[b * sites + s] *
                           std::sin(turn * static_cast<double>(s) / static_cast<double>(sites));
            }
            const double from = turn * static_cast<double>(b) / bins;
            const double to = turn * static_cast<double>(b + 1) / bins;
            worst =
                std::fmax(worst, std::abs(average - (std::cos(from) - std::cos(to)) * bins / turn));
        }
        return worst;
    };
    CHECK(std::log2(error(32) / error(64)) == Approx(2.0).margin(0.1));
}

TEST_CASE("critical value of the Kolmogorov-Smirnov distance") {
    CHECK(kolmogorov_smirnov_critical(10000.0) == Approx(0.0163));
}
