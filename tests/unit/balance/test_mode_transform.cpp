#include "equipoise/balance/mode_transform.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <vector>

// Protects the fast transforms between sites and modes against direct sums, for every kind of
// lattice and for wave numbers beyond what it resolves.

namespace {

using namespace equipoise;
using balance::ModeTransform;

struct Case {
    config::SiteCount counts;
    model::Basis basis;
};

std::vector<Case> cases() {
    std::vector<model::WaveVector> ring;
    for (int k = 0; k <= 40; ++k) {
        ring.push_back({{k, 0}});
    }
    std::vector<model::WaveVector> torus;
    for (int k1 = 0; k1 <= 9; ++k1) {
        for (int k2 = -9; k2 <= 9; ++k2) {
            torus.push_back({{k1, k2}});
        }
    }
    const model::Basis sparse({{{0, 3}}, {{2, -1}}, {{7, 0}}});
    return {{{1, 1}, model::Basis(std::vector<model::WaveVector>{{}})},
            {{24, 1}, model::Basis(ring)},
            {{7, 1}, model::Basis(ring)},
            {{6, 5}, model::Basis(torus)},
            {{8, 12}, model::Basis(torus)},
            {{1, 6}, model::Basis(torus)},
            {{5, 1}, model::Basis(torus)},
            {{40, 30}, sparse}};
}

model::Position phase(const config::SiteCount& counts, std::size_t site) {
    const auto [row, column] = std::lldiv(static_cast<std::int64_t>(site), counts[1]);
    return {static_cast<double>(row) / static_cast<double>(counts[0]),
            static_cast<double>(column) / static_cast<double>(counts[1])};
}

/// Numbers without any symmetry.
double number(std::size_t i) {
    return std::sin(static_cast<double>(i * i) + 1.0) + 0.3;
}

} // namespace

TEST_CASE("sums over the modes are the direct ones") {
    for (const Case& of : cases()) {
        CAPTURE(of.counts[0], of.counts[1], of.basis.size());
        ModeTransform transform(of.counts, of.basis);
        const std::span<double> values = transform.values();
        REQUIRE(values.size() == static_cast<std::size_t>(of.counts[0] * of.counts[1]));
        for (std::size_t s = 0; s < values.size(); ++s) {
            values[s] = number(s);
        }
        std::vector<double> sums(of.basis.size());
        transform.project(sums);
        for (std::size_t p = 0; p < of.basis.size(); ++p) {
            double direct = 0.0;
            for (std::size_t s = 0; s < values.size(); ++s) {
                direct += of.basis.value(p, phase(of.counts, s)) * number(s);
                REQUIRE(values[s] == number(s));
            }
            CHECK(sums[p] == Approx(direct).margin(1e-11));
        }
    }
}

TEST_CASE("fields are the direct sums over the modes, and the same bits when made again") {
    for (const Case& of : cases()) {
        CAPTURE(of.counts[0], of.counts[1], of.basis.size());
        ModeTransform transform(of.counts, of.basis);
        std::vector<double> coefficients(of.basis.size());
        for (std::size_t p = 0; p < coefficients.size(); ++p) {
            coefficients[p] = number(p);
        }
        transform.evaluate(coefficients);
        const std::vector<double> first(transform.values().begin(), transform.values().end());
        for (std::size_t s = 0; s < first.size(); ++s) {
            double direct = 0.0;
            for (std::size_t p = 0; p < coefficients.size(); ++p) {
                direct += coefficients[p] * of.basis.value(p, phase(of.counts, s));
            }
            CHECK(first[s] == Approx(direct).margin(1e-11));
        }
        std::vector<double> sums(of.basis.size());
        transform.project(sums);
        transform.evaluate(coefficients);
        CHECK(std::equal(first.begin(), first.end(), transform.values().begin()));
        ModeTransform another(of.counts, of.basis);
        another.evaluate(coefficients);
        CHECK(std::equal(first.begin(), first.end(), another.values().begin()));
    }
}

TEST_CASE("good lengths have no prime factor above 7") {
    CHECK(balance::smooth_size(1) == 1);
    CHECK(balance::smooth_size(65) == 70);
    CHECK(balance::smooth_size(121) == 125);
    CHECK(balance::smooth_size(257) == 270);
}
