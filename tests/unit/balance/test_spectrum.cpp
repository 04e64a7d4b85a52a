#include "equipoise/balance/initial.hpp"
#include "equipoise/balance/spectrum.hpp"
#include "equipoise/config/read.hpp"

#include <catch2/catch.hpp>

#include "unit/balance/setup.hpp"
#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <numbers>
#include <string>

// Protects what `check` says of stability: the eigenvalues of J, the words for them, the largest
// step of the explicit scheme.

namespace {

using namespace equipoise;
using balance::Spectrum;
using balance::Stability;
using Complex = std::complex<double>;

Spectrum made_of(std::vector<Complex> values) {
    Spectrum spectrum;
    spectrum.unknowns.assign(values.size(), "population e, mode 1");
    spectrum.eigenvalues = std::move(values);
    return spectrum;
}

/// Whether the explicit scheme's factor 1 + h mu keeps every mode bounded.
bool stable(const Spectrum& spectrum, double n, double slope, double h) {
    return std::all_of(spectrum.eigenvalues.begin(), spectrum.eigenvalues.end(),
                       [&](const Complex& value) {
                           return std::abs(1.0 + h * (std::sqrt(n) * value + slope)) <= 1.0;
                       });
}

} // namespace

TEST_CASE("figure 5: mode 1 has trace 0 and the eigenvalues +-i, in words oscillating") {
    const Setup setup(config::read(EQUIPOISE_SOURCE "/input/figure5.ini"));
    balance::DriveModes drive(setup.model);
    const balance::InitialBalance initial = balance::initial_balance(setup.balance, drive);
    const Spectrum spectrum = balance::spectrum(setup.balance, initial.moments);
    REQUIRE(spectrum.eigenvalues.size() == 6);
    // Linear gains of slope 1: in wave 1 (cosine and sine alike, integral of phi^2 = 1/2)
    // J = (c_ee, -c_ei; c_ie, -c_ii)/2 = (1, -2; 1, -1); in wave 0 J = (1/2, -4; 1, -1).
    for (const std::size_t i : {0U, 1U, 2U, 3U}) {
        CHECK(spectrum.eigenvalues[i].real() == Approx(0.0).margin(1e-12));
        CHECK(std::abs(spectrum.eigenvalues[i].imag()) == Approx(1.0).margin(1e-12));
        CHECK(spectrum.unknowns[i].find("(1)") != std::string::npos);
    }
    for (const std::size_t i : {4U, 5U}) {
        CHECK(spectrum.eigenvalues[i].real() == Approx(-0.25));
        CHECK(std::abs(spectrum.eigenvalues[i].imag()) == Approx(std::sqrt(3.5 - 0.0625)));
        CHECK(spectrum.unknowns[i].find("mode 1") != std::string::npos);
    }
    CHECK(balance::classify(spectrum) == Stability::oscillating);
    CHECK(spectrum.frequency(500.0) == Approx(std::sqrt(500.0) / (2.0 * std::numbers::pi)));
    const std::string words = balance::in_words(spectrum, 500.0);
    CHECK(words.find("oscillating at about 3.559 per unit of time (period 0.281) for n = 500") !=
          std::string::npos);
    CHECK(words.find("growing like sqrt(n)") != std::string::npos);
    CHECK(words.find("(1)") != std::string::npos);
    // The network's means feel -1/tau = -2 besides: the step must resolve sqrt(n) i - 2.
    CHECK(balance::largest_explicit_step(spectrum, 500.0, -2.0) == Approx(4.0 / (500.0 + 4.0)));
    CHECK(balance::largest_explicit_step(spectrum, 500.0, 0.0) == Approx(0.0).margin(1e-12));
}

TEST_CASE("eigenvalues come by descending real part with the constraint that weighs most") {
    const Setup setup(two_populations("ring", coupling("e", "i", "cosine(1, 1)", "tanh()") +
                                                  coupling("i", "e", "cosine(1, 1)", "tanh()")));
    Eigen::VectorXd diagonal(6);
    diagonal << -3.0, -1.0, -5.0, 0.5, -4.0, -2.0;
    const Spectrum spectrum = balance::spectrum(setup.balance, diagonal.asDiagonal());
    const std::vector<Complex> expected{0.5, -1.0, -2.0, -3.0, -4.0, -5.0};
    CHECK(spectrum.eigenvalues == expected);
    CHECK(spectrum.largest_real_part() == 0.5);
    CHECK(spectrum.unknowns.front() == "population i, mode 1");
    CHECK(spectrum.unknowns.back() == "population e, mode sin(1)");
}

TEST_CASE("classification and its words") {
    CHECK(balance::classify(made_of({-0.5, -2.0})) == Stability::attracting);
    CHECK(balance::classify(made_of({Complex(-0.5, 3), Complex(-0.5, -3)})) ==
          Stability::attracting);
    CHECK(balance::classify(made_of({Complex(1e-12, 3), Complex(-1e-12, -3)})) ==
          Stability::oscillating);
    CHECK(balance::classify(made_of({Complex(0.2, 3), Complex(0.2, -3), -1.0})) ==
          Stability::unstable);
    CHECK(balance::classify(made_of({0.0, -1.0})) == Stability::singular);
    // high modes of a smooth kernel decay slowly, but they do
    CHECK(balance::classify(made_of({Complex(-7e-12, 5e-11), Complex(-7e-12, -5e-11), -1.0})) ==
          Stability::attracting);
    CHECK(balance::classify(made_of({7e-12, -1.0})) == Stability::unstable);
    CHECK(balance::classify(made_of({0.0, Complex(0, 1), Complex(0, -1)})) == Stability::singular);
    CHECK(balance::classify(made_of({Complex(0, 1), Complex(0, -1), 0.0})) == Stability::singular);

    CHECK(balance::in_words(made_of({}), 100.0).find("nothing to balance") != std::string::npos);
    CHECK(balance::in_words(made_of({-0.5, -2.0}), 100.0)
              .rfind("attracting: perturbations off "
                     "balance decay at the rate 5 ",
                     0) == 0);
    CHECK(balance::in_words(made_of({Complex(0.2, 3), Complex(0.2, -3)}), 100.0)
              .rfind("no balanced state: perturbations off balance grow at the rate 2 ", 0) == 0);
    CHECK(balance::in_words(made_of({0.0, -1.0}), 100.0).find("J is singular") !=
          std::string::npos);
}

TEST_CASE("the largest explicit step is where the scheme loses stability") {
    const double n = 400.0;
    for (const double slope : {0.0, -1.0, -7.5}) {
        for (const Spectrum& spectrum :
             {made_of({-0.5}), made_of({Complex(-0.1, 2), Complex(-0.1, -2), -3.0}),
              made_of({-0.01, -10.0}), made_of({Complex(-2, 0.1), Complex(-2, -0.1)})}) {
            const double step = balance::largest_explicit_step(spectrum, n, slope);
            CHECK(step > 0.0);
            CHECK(stable(spectrum, n, slope, step * (1.0 - 1e-9)));
            CHECK_FALSE(stable(spectrum, n, slope, step * (1.0 + 1e-9)));
        }
    }
    CHECK(balance::largest_explicit_step(made_of({-1.0}), 100.0, 0.0) == Approx(0.2));
    CHECK(balance::largest_explicit_step(made_of({0.1, -1.0}), 100.0, 0.0) == 0.0);
    // The states that no mode reaches have the local drift alone: its limit counts besides.
    CHECK(balance::largest_explicit_step(made_of({0.1}), 100.0, -5.0) == Approx(0.4));
    // Without coupling: what the local drift allows.
    CHECK(balance::largest_explicit_step(made_of({}), 100.0, -4.0) == 0.5);
    CHECK(balance::largest_explicit_step(made_of({}), 100.0, 0.0) ==
          std::numeric_limits<double>::infinity());
}

TEST_CASE("with many unknowns the eigenvalues are those of the uniform part") {
    // c_m = 0.97^m, 151 waves, two populations: 602 unknowns.
    std::string list = "1";
    for (int m = 1; m <= 150; ++m) {
        list += ", " + std::to_string(std::pow(0.97, m));
    }
    const auto text = [&](const std::string& mean) {
        const std::string kernel = "cosine(" + list + ")";
        return two_populations("ring",
                               coupling("e", "i", kernel, "tanh(slope=1)") +
                                   coupling("i", "e", kernel, "tanh(slope=1)") +
                                   coupling("i", "i", kernel, "linear(slope=0.5)"),
                               "mean = " + mean + "\n");
    };
    const Setup setup(text("0.1"));
    REQUIRE(setup.balance.size() == 602);
    balance::DriveModes drive(setup.model);
    const balance::InitialBalance initial = balance::initial_balance(setup.balance, drive);
    const Spectrum spectrum = balance::spectrum(setup.balance, initial.moments);
    CHECK(spectrum.left_out == 0.0);
    REQUIRE(spectrum.eigenvalues.size() == 602);
    // In wave m J = c_m norm (0, -g_i; g_e, -1/2), g the average of the slopes.
    const balance::MomentLayout& layout = setup.balance.layout();
    const double product = initial.moments[layout.slope_begin(0, 0)] *
                           initial.moments[layout.slope_begin(1, setup.model.gain_index(0, 1))];
    const Complex unit = -0.25 + std::sqrt(Complex(0.0625 - product));
    CHECK(std::abs(spectrum.eigenvalues.back() - std::conj(unit)) < 1e-12); // wave 0
    const double slowest = 0.5 * std::stod(std::to_string(std::pow(0.97, 150)));
    CHECK(std::abs(spectrum.eigenvalues.front() - slowest * unit) < 1e-12);
    CHECK(spectrum.unknowns.front().find("(150)") != std::string::npos);
    CHECK(spectrum.radius() == Approx(std::abs(unit)));

    const Setup uneven(text("0.1 + 0.5*cos(2*pi*x)"));
    balance::DriveModes its_drive(uneven.model);
    const double left_out =
        balance::spectrum(uneven.balance,
                          balance::initial_balance(uneven.balance, its_drive).moments)
            .left_out;
    CHECK(left_out > 0.01);
    CHECK(left_out < 0.5);
}
