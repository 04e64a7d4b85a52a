#include "equipoise/model/kernel.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <map>
#include <numbers>
#include <string>
#include <vector>

// Protects the expansion of kernels in modes: summed up, they are the kernel that the user named,
// with the stated integral, on ring and torus.

namespace {

using namespace equipoise;
using model::KernelModes;

constexpr double pi = std::numbers::pi;
const config::Domain point{config::DomainKind::point, {1.0, 1.0}};
const config::Domain ring{config::DomainKind::ring, {1.6, 1.0}};
const config::Domain torus{config::DomainKind::torus, {1.6, 2.5}};

config::FunctionSpec named(const std::string& family, std::map<std::string, double> parameters) {
    config::FunctionSpec spec;
    spec.family = family;
    spec.parameters = std::move(parameters);
    return spec;
}

config::FunctionSpec list(const std::string& family, std::vector<double> values) {
    config::FunctionSpec spec;
    spec.family = family;
    spec.positional = std::move(values);
    return spec;
}

config::FunctionSpec product(const config::FunctionSpec& first,
                             const config::FunctionSpec& second) {
    config::FunctionSpec spec;
    spec.family = "product";
    spec.factors = {first, second};
    return spec;
}

/// K(d) from the modes.
double sum(const KernelModes& kernel, const config::Domain& domain, double d1, double d2 = 0.0) {
    double result = 0.0;
    for (const auto& [wave, c] : kernel.coefficients) {
        result +=
            c * std::cos(2.0 * pi *
                         (wave.k[0] * d1 / domain.length[0] + wave.k[1] * d2 / domain.length[1]));
    }
    return result;
}

/// The Gaussian density around all images of 0, times the length: its integral under the
/// normalised measure is 1.
double periodised_gaussian(double d, double width, double length) {
    double density = 0.0;
    for (int image = -20; image <= 20; ++image) {
        const double u = (d + image * length) / width;
        density += std::exp(-0.5 * u * u) / (width * std::sqrt(2.0 * pi));
    }
    return density * length;
}

/// exp(kappa cos theta) over its mean, by the trapezoidal rule.
double von_mises(double d, double kappa, double length) {
    constexpr int points = 512;
    double mean = 0.0;
    for (int i = 0; i < points; ++i) {
        mean += std::exp(kappa * (std::cos(2.0 * pi * i / points) - 1.0)) / points;
    }
    return std::exp(kappa * (std::cos(2.0 * pi * d / length) - 1.0)) / mean;
}

std::string refusal(const config::FunctionSpec& spec, const config::Domain& domain) {
    try {
        model::kernel_modes(spec, domain);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "accepted";
}

} // namespace

TEST_CASE("gaussian on a ring is the periodised Gaussian") {
    for (const double width : {0.05, 0.2, 1.0}) {
        const KernelModes kernel =
            model::kernel_modes(named("gaussian", {{"strength", -3.0}, {"width", width}}), ring);
        CHECK(kernel.coefficient({}) == -3.0); // the integral
        for (double d = -0.8; d <= 0.8; d += 0.013) {
            CHECK(sum(kernel, ring, d) ==
                  Approx(-3.0 * periodised_gaussian(d, width, 1.6)).margin(1e-10).epsilon(0.0));
        }
        CHECK(kernel.truncated > 0.0);
        CHECK(kernel.truncated < model::kernel_truncation);
    }
}

TEST_CASE("von_mises on a ring is the normalised exponential of the cosine") {
    for (const double kappa : {0.1, 1.0, 20.0, 500.0}) {
        const KernelModes kernel = model::kernel_modes(
            named("von_mises", {{"strength", 2.0}, {"concentration", kappa}}), ring);
        for (double d = -0.8; d <= 0.8; d += 0.013) {
            CHECK(sum(kernel, ring, d) ==
                  Approx(2.0 * von_mises(d, kappa, 1.6)).margin(1e-10).epsilon(0.0));
        }
    }
    const KernelModes broad =
        model::kernel_modes(named("von_mises", {{"strength", 2.0}, {"concentration", 1.0}}), ring);
    CHECK(broad.coefficient({{1, 0}}) == // 4 I_1(1)/I_0(1)
          Approx(4.0 * 0.5651591039924850 / 1.2660658777520084).epsilon(1e-14));
}

TEST_CASE("difference_of_gaussians is the difference of two, on ring and torus") {
    const auto spec =
        named("difference_of_gaussians",
              {{"strength1", 2.0}, {"width1", 0.1}, {"strength2", 1.5}, {"width2", 0.3}});
    const KernelModes line = model::kernel_modes(spec, ring);
    const KernelModes plane = model::kernel_modes(spec, torus);
    for (double d = -0.8; d <= 0.8; d += 0.09) {
        CHECK(sum(line, ring, d) == Approx(2.0 * periodised_gaussian(d, 0.1, 1.6) -
                                           1.5 * periodised_gaussian(d, 0.3, 1.6))
                                        .margin(1e-10)
                                        .epsilon(0.0));
        const double e = 0.7 * d + 0.1;
        CHECK(sum(plane, torus, d, e) ==
              Approx(2.0 * periodised_gaussian(d, 0.1, 1.6) * periodised_gaussian(e, 0.1, 2.5) -
                     1.5 * periodised_gaussian(d, 0.3, 1.6) * periodised_gaussian(e, 0.3, 2.5))
                  .margin(1e-9)
                  .epsilon(0.0));
    }
    // equal parts cancel: nothing is left, and nothing is divided by nothing
    const KernelModes none = model::kernel_modes(
        named("difference_of_gaussians",
              {{"strength1", 2.0}, {"width1", 0.1}, {"strength2", 2.0}, {"width2", 0.1}}),
        ring);
    CHECK(none.coefficients.empty());
    CHECK(none.truncated == 0.0);
}

TEST_CASE("kernels on the torus: isotropic Gaussian, von Mises in both directions") {
    const KernelModes gaussian =
        model::kernel_modes(named("gaussian", {{"strength", 2.0}, {"width", 0.25}}), torus);
    const KernelModes mises =
        model::kernel_modes(named("von_mises", {{"strength", 2.0}, {"concentration", 3.0}}), torus);
    for (double d1 = -0.7; d1 <= 0.8; d1 += 0.21) {
        for (double d2 = -1.2; d2 <= 1.2; d2 += 0.31) {
            CHECK(sum(gaussian, torus, d1, d2) == Approx(2.0 * periodised_gaussian(d1, 0.25, 1.6) *
                                                         periodised_gaussian(d2, 0.25, 2.5))
                                                      .margin(1e-10)
                                                      .epsilon(0.0));
            CHECK(sum(mises, torus, d1, d2) ==
                  Approx(2.0 * von_mises(d1, 3.0, 1.6) * von_mises(d2, 3.0, 2.5))
                      .margin(1e-10)
                      .epsilon(0.0));
        }
    }
    for (const auto& [wave, c] : gaussian.coefficients) {
        CHECK(wave.is_canonical());
    }
}

TEST_CASE("lists of coefficients are taken as they are") {
    const KernelModes cosine = model::kernel_modes(list("cosine", {4.0, 0.0, 1e-14}), ring);
    CHECK(cosine.coefficients.size() == 2); // zero modes cost and do nothing
    CHECK(cosine.coefficient({}) == 4.0);
    CHECK(cosine.coefficient({{1, 0}}) == 0.0);
    CHECK(cosine.coefficient({{2, 0}}) == 1e-14); // what the user wrote is not truncated
    CHECK(cosine.truncated == 0.0);
    CHECK(model::kernel_modes(list("modes", {4.0, 2.0}), ring).coefficients ==
          model::kernel_modes(list("cosine", {4.0, 2.0}), ring).coefficients);
    CHECK(model::kernel_modes(list("cosine", {4.0}), point).coefficient({}) == 4.0);

    const KernelModes both = model::kernel_modes(list("cosine", {4.0, 2.0}), torus);
    for (const double d1 : {0.0, 0.3, 1.1}) {
        for (const double d2 : {0.2, 2.0}) {
            CHECK(sum(both, torus, d1, d2) == Approx(4.0 + 2.0 * std::cos(2.0 * pi * d1 / 1.6) +
                                                     2.0 * std::cos(2.0 * pi * d2 / 2.5)));
        }
    }
    const KernelModes oblique =
        model::kernel_modes(list("modes", {0.0, 0.0, 4.0, -1.0, 2.0, 3.0, 0.0, -1.0, 0.5}), torus);
    CHECK(oblique.coefficients.size() == 3);
    CHECK(oblique.coefficient({{1, -2}}) == 3.0);
    CHECK(oblique.coefficient({{0, 1}}) == 0.5);
}

TEST_CASE("a product multiplies one kernel along each direction") {
    const KernelModes kernel = model::kernel_modes(
        product(list("cosine", {1.0, 2.0}), named("gaussian", {{"strength", 3.0}, {"width", 0.4}})),
        torus);
    for (double d1 = -0.7; d1 <= 0.8; d1 += 0.21) {
        for (double d2 = -1.2; d2 <= 1.2; d2 += 0.31) {
            CHECK(sum(kernel, torus, d1, d2) == Approx((1.0 + 2.0 * std::cos(2.0 * pi * d1 / 1.6)) *
                                                       3.0 * periodised_gaussian(d2, 0.4, 2.5))
                                                    .margin(1e-10)
                                                    .epsilon(0.0));
        }
    }
    const KernelModes exact = model::kernel_modes(
        product(list("cosine", {1.0, 1e-9}), list("cosine", {1.0, 1e-9})), torus);
    CHECK(exact.coefficients.size() == 5); // given coefficients are not truncated
    CHECK(exact.coefficient({{1, -1}}) == Approx(0.5e-18));
}

TEST_CASE("kernels that cannot be are refused") {
    using Catch::Matchers::Contains;
    const auto narrow = named("gaussian", {{"strength", 1.0}, {"width", 1e-9}});
    CHECK_THAT(refusal(narrow, ring), Contains("gaussian is too narrow") && Contains("4096"));
    CHECK_THAT(refusal(narrow, torus), Contains("too narrow"));
    CHECK_THAT(refusal(named("gaussian", {{"strength", 1.0}, {"width", 0.02}}), torus),
               Contains("too narrow")); // on a ring it would do
    CHECK_THAT(refusal(named("von_mises", {{"strength", 1.0}, {"concentration", 1e9}}), ring),
               Contains("too narrow"));
    CHECK_THAT(refusal(named("gaussian", {{"strength", 1.0}, {"width", 1.0}}), point),
               Contains("cosine(c0)"));
    CHECK_THAT(refusal(list("cosine", {1.0, 2.0}), point), Contains("cosine(c0)"));
    CHECK_THAT(refusal(product(list("cosine", {1.0}), list("cosine", {1.0})), ring),
               Contains("product"));
    CHECK_THAT(refusal(list("modes", {1.0, 2.0}), torus), Contains("triples"));
    CHECK_THAT(refusal(list("modes", {0.5, 0.0, 1.0}), torus), Contains("0.5"));
    CHECK_THAT(refusal(list("modes", {1e300, 0.0, 1.0}), torus), Contains("wave number"));
    CHECK_THAT(refusal(list("cosine", std::vector<double>(5000, 1.0)), ring), Contains("4096"));
    CHECK(refusal(named("gaussian", {{"strength", 0.0}, {"width", 0.1}}), ring) == "accepted");
    CHECK(refusal(named("gaussian", {{"strength", 1.0}, {"width", 0.002}}), ring) == "accepted");
}
