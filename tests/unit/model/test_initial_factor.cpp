// Protects the joint law of initial states: the factor is that of the covariance matrix, singular
// matrices are served, and those that are none are told apart.
#include "equipoise/config/read.hpp"
#include "equipoise/model/initial_factor.hpp"
#include "equipoise/util/errors.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <string>
#include <vector>

using namespace equipoise;

namespace {

/// Populations a, b, c on a ring, without coupling.
config::Config three(const std::vector<std::string>& variances,
                     const std::vector<std::string>& covariances) {
    std::string text = "[run]\nt_end = 1\n[domain]\nkind = ring\n[populations]\nnames = a b c\n";
    const std::string names = "abc";
    for (std::size_t i = 0; i < 3; ++i) {
        text += std::string("[population.") + names[i] +
                "]\nsign = excitatory\nneurons = 12\ndrift = linear(tau=1)\nnoise = "
                "constant(sigma=1)\nvariance = " +
                variances[i] + "\n";
    }
    return config::read_text(text, "three.ini", covariances);
}

std::vector<double> factor_at(const model::Model& model, double x) {
    std::vector<double> factor(9);
    model::initial_factor(model.populations(), model.covariances(), {x, 0.0}, factor);
    return factor;
}

double product(const std::vector<double>& l, std::size_t a, std::size_t b) {
    return l[3 * a] * l[3 * b] + l[3 * a + 1] * l[3 * b + 1] + l[3 * a + 2] * l[3 * b + 2];
}

} // namespace

TEST_CASE("L L^T is the covariance matrix at every position; L is lower triangular") {
    const model::Model model(three({"1", "2 + cos(2*pi*x)", "0.5"},
                                   {"--covariance.c.a.value=0.2*sin(2*pi*x)",
                                    "--covariance.a.b.value=-0.6", "--covariance.b.c.value=0.1"}));
    REQUIRE(model.covariances().size() == 3);
    CHECK(model.covariances()[1].first == 0); // (a, c), whatever the order in the file
    CHECK(model.covariances()[1].second == 2);
    for (const double x : {0.0, 0.13, 0.5, 0.81}) {
        const std::vector<double> l = factor_at(model, x);
        const double turn = 2.0 * std::acos(-1.0) * x;
        CHECK(product(l, 0, 0) == Approx(1.0));
        CHECK(product(l, 1, 1) == Approx(2.0 + std::cos(turn)));
        CHECK(product(l, 2, 2) == Approx(0.5));
        CHECK(product(l, 0, 1) == Approx(-0.6));
        CHECK(product(l, 0, 2) == Approx(0.2 * std::sin(turn)).margin(1e-15));
        CHECK(product(l, 1, 2) == Approx(0.1).margin(1e-15));
        CHECK((l[1] == 0.0 && l[2] == 0.0 && l[5] == 0.0));
    }
}

TEST_CASE("without covariances: deviations, to the last bit") {
    const model::Model model(three({"0.3", "0", "2"}, {}));
    const std::vector<double> l = factor_at(model, 0.2);
    CHECK(l ==
          std::vector<double>{std::sqrt(0.3), 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, std::sqrt(2.0)});
}

TEST_CASE("states that depend on each other entirely") {
    // b = -sqrt(2) a; c varies with both as it must.
    const model::Model model(
        three({"1", "2", "1"}, {"--covariance.a.b.value=-sqrt(2)", "--covariance.a.c.value=0.5",
                                "--covariance.b.c.value=-0.5*sqrt(2)"}));
    const std::vector<double> l = factor_at(model, 0.0);
    CHECK(l[3] == Approx(-std::sqrt(2.0)));
    CHECK(l[4] == 0.0);
    CHECK(l[6] == Approx(0.5));
    CHECK(l[7] == 0.0);
    CHECK(l[8] == Approx(std::sqrt(0.75)));
}

TEST_CASE("what is no covariance matrix is refused at the position where it is none") {
    const auto message = [](const std::vector<std::string>& covariances) {
        try {
            const model::Model model(three({"1", "1", "1"}, covariances));
        } catch (const InputError& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    // Each pair is possible, the three are not: a and b alike, b and c alike, a and c opposed.
    const std::string three_pairs =
        message({"--covariance.a.b.value=0.8", "--covariance.b.c.value=0.8",
                 "--covariance.a.c.value=-0.8*cos(2*pi*x)"});
    CHECK_THAT(three_pairs,
               Catch::Contains("not positive semi-definite") && Catch::Contains("at x = 0, t = 0"));
    // A singular pair leaves no freedom to a third.
    CHECK_THAT(message({"--covariance.a.b.value=1", "--covariance.a.c.value=0.5"}),
               Catch::Contains("not positive semi-definite"));
    CHECK_THAT(message({"--covariance.a.b.value=1.1*sin(2*pi*x)"}),
               Catch::Contains("where the variances of a and b are 1 and 1"));
    CHECK(message({"--covariance.a.b.value=1", "--covariance.a.c.value=0.5",
                   "--covariance.b.c.value=0.5"})
              .empty());
}
