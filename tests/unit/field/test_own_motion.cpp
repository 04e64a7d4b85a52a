// Protects the closed form of what sites do by themselves.
#include "equipoise/field/own_motion.hpp"
#include "equipoise/model/model.hpp"

#include <catch2/catch.hpp>

#include "unit/field/problems.hpp"
#include <cmath>
#include <vector>

using namespace equipoise;
using field::OwnMotion;

namespace {

/// Two populations with a covariance, of time constants 0.7 and 1, noises 1 and 0.6.
problems::Config pair() {
    problems::Config config = problems::figure3();
    config.populations[0].drift = problems::linear_drift(0.7);
    config.populations[1].noise = problems::constant_noise(0.6);
    config.covariances.push_back({0, 1, {"0.3", {}}});
    return config;
}

} // namespace

TEST_CASE("means, variances and covariances move as in closed form, in one step or in two") {
    const model::Model model(pair());
    const std::optional<OwnMotion> own = OwnMotion::of(model);
    REQUIRE(own.has_value());
    CHECK(own->rate(0) == Approx(-1.0 / 0.7));
    // Two sites; rows v_e, v_i, K_e, K_i, K_ei.
    const std::vector<double> start{0.4, -1.0, 2.0, 0.0, 1.0, 1.5, 2.0, 0.1, 0.3, -0.2};
    const std::vector<double> input{0.2, -0.3, 0.0, 0.5};
    std::vector<double> end;
    own->move(0.9, start, input, end);
    const double e = std::exp(-0.9 / 0.7);
    const double i = std::exp(-0.9);
    CHECK(end[1] == Approx(-e + 0.7 * (1.0 - e) * -0.3).epsilon(1e-14));
    CHECK(end[3] == Approx((1.0 - i) * 0.5).epsilon(1e-14));
    CHECK(end[5] == Approx(1.5 * e * e + 0.35 * (1.0 - e * e)).epsilon(1e-14));
    CHECK(end[7] == Approx(0.1 * i * i + 0.18 * (1.0 - i * i)).epsilon(1e-14));
    CHECK(end[9] == Approx(-0.2 * e * i).epsilon(1e-14));
    std::vector<double> half;
    std::vector<double> twice;
    own->move(0.5, start, input, half);
    own->move(0.4, half, input, twice);
    for (std::size_t at = 0; at < end.size(); ++at) {
        CHECK(twice[at] == Approx(end[at]).epsilon(1e-14));
    }
}

TEST_CASE("a closed form is claimed only where there is one") {
    CHECK(OwnMotion::growth(0.0, 0.3) == 0.3);
    CHECK(OwnMotion::growth(-2.0, 0.3) == Approx((1.0 - std::exp(-0.6)) / 2.0).epsilon(1e-14));
    const auto known = [](const problems::Config& config) {
        return OwnMotion::of(model::Model(config)).has_value();
    };
    CHECK(known(problems::figure3()));
    CHECK_FALSE(known(problems::figure3_with_input()));
    problems::Config cubic = problems::figure3();
    cubic.populations[1].drift = problems::cubic_drift(0.1, -0.2, 0.4);
    CHECK_FALSE(known(cubic));
    problems::Config multiplicative = problems::figure3();
    multiplicative.populations[0].noise = problems::quadratic_noise(0.7, 0.5);
    CHECK_FALSE(known(multiplicative));
}
