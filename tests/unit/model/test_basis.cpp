#include "equipoise/model/basis.hpp"
#include "equipoise/util/errors.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <numbers>
#include <vector>

// Protects the Fourier basis: its order (outputs are labelled by it), its norms and the rule for
// products (the matrix J is assembled by it).

namespace {

using namespace equipoise::model;

using Waves = std::vector<WaveVector>;

const Basis line(Waves{{{2, 0}}, {{0, 0}}, {{-1, 0}}, {{1, 0}}});
const Basis plane(Waves{{{0, 0}}, {{1, 0}}, {{0, 1}}, {{1, -1}}, {{-2, 1}}});

} // namespace

TEST_CASE("waves are canonical, distinct and in order; every one but 0 brings cosine and sine") {
    REQUIRE(line.size() == 5);
    CHECK(line.waves().size() == 3);
    const char* names[] = {"1", "cos(1)", "sin(1)", "cos(2)", "sin(2)"};
    for (std::size_t p = 0; p < 5; ++p) {
        CHECK(line[p].name(false) == names[p]);
        CHECK(line.index(line[p]) == p);
        CHECK(line.norm(p) == (p == 0 ? 1.0 : 0.5));
    }
    CHECK(line.cosine_index(2) == 3);
    CHECK(line.max_wave_number(0) == 2);
    CHECK(line.max_wave_number(1) == 0);

    REQUIRE(plane.size() == 9);
    CHECK(plane[7].name(true) == "cos(2,-1)"); // (-2, 1) by its canonical form
    CHECK(plane[8].name(true) == "sin(2,-1)");
    CHECK(plane.contains({{2, -1}}));
    CHECK(plane.contains({{-2, 1}}));
    CHECK_FALSE(plane.contains({{2, 1}}));
    CHECK(plane.max_wave_number(1) == 1);
    CHECK_THROWS_AS(line.index({{{3, 0}}, false}), equipoise::InternalError);
    CHECK_THROWS_AS(line.index({{{0, 0}}, true}), equipoise::InternalError);
}

TEST_CASE("values are the cosines and sines, for large wave numbers too") {
    const Position phase{0.3, 0.7};
    std::vector<double> values(plane.size());
    plane.values(phase, values.data());
    for (std::size_t p = 0; p < plane.size(); ++p) {
        const WaveVector& wave = plane[p].wave;
        const double angle = 2.0 * std::numbers::pi * (wave.k[0] * phase[0] + wave.k[1] * phase[1]);
        CHECK(values[p] == Approx(plane[p].sine ? std::sin(angle) : std::cos(angle)).margin(1e-14));
        CHECK(plane.value(p, phase) == values[p]);
    }
    const Basis high(Waves{{{4096, 0}}});
    CHECK(high.value(0, {0.25, 0.0}) == 1.0);
    CHECK(high.value(1, {1.0 / 16384.0, 0.0}) == 1.0);
}

TEST_CASE("modes are orthogonal under the normalised measure, with the stated norms") {
    constexpr int points = 16;
    for (std::size_t p = 0; p < plane.size(); ++p) {
        for (std::size_t q = 0; q < plane.size(); ++q) {
            double integral = 0.0;
            for (int i = 0; i < points; ++i) {
                for (int j = 0; j < points; ++j) {
                    const Position phase{i / double{points}, j / double{points}};
                    integral += plane.value(p, phase) * plane.value(q, phase);
                }
            }
            CHECK(integral / (points * points) ==
                  Approx(p == q ? plane.norm(p) : 0.0).margin(1e-14));
        }
    }
}

TEST_CASE("the product of two modes is the sum that the rule gives, everywhere") {
    for (const Basis* basis : {&line, &plane}) {
        const Basis products = basis->products();
        for (std::size_t p = 0; p < basis->size(); ++p) {
            CHECK(products.contains((*basis)[p].wave));
            for (std::size_t q = 0; q < basis->size(); ++q) {
                const std::vector<ModeTerm> terms = basis->product(p, q, products);
                CHECK(terms.size() <= 2);
                for (const Position phase : {Position{0.13, 0.41}, Position{0.77, 0.05}}) {
                    double sum = 0.0;
                    for (const ModeTerm& term : terms) {
                        sum += term.coefficient * products.value(term.mode, phase);
                    }
                    INFO((*basis)[p].name(true) << " times " << (*basis)[q].name(true));
                    CHECK(sum ==
                          Approx(basis->value(p, phase) * basis->value(q, phase)).margin(1e-14));
                }
            }
        }
    }
    CHECK(line.products().size() == 9);                   // 0 .. 4
    CHECK(Basis().size() == 0);                           // nothing connected
    CHECK(Basis(Waves{{{0, 0}}}).products().size() == 1); // a point
}
