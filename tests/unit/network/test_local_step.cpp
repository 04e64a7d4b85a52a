#include "equipoise/config/read.hpp"
#include "equipoise/network/local_step.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

// Protects the uncoupled part of a step: the exact Ornstein-Uhlenbeck transition and Euler and
// Maruyama's formula, and which of them is taken.

namespace {

using namespace equipoise;
using network::LocalStep;

struct Population {
    config::Config config;
    model::Model model;

    explicit Population(const std::string& functions, const std::string& network)
        : config(config::read_text("[run]\nt_end = 100\noutput_interval = 10\n[domain]\nkind = "
                                   "point\n[populations]\nnames "
                                   "= e\n[population.e]\nsign = excitatory\nneurons = 10\n" +
                                       functions + "[network]\n" + network,
                                   "test.ini")),
          model(config) {}
    [[nodiscard]] LocalStep step() const { return {model.population(0), config.network}; }
};

const std::string linear = "drift = linear(tau=0.7)\nnoise = constant(sigma=1.3)\n";
const std::string cubic = "drift = cubic(a0=0.1, a1=1, a3=0.5)\nnoise = constant(sigma=1)\n";
const std::string quadratic = "drift = linear(tau=1)\nnoise = quadratic(sigma0=0.5, sigma1=0.25)\n";

double advance(const LocalStep& step, double z, double xi, double iota) {
    step.advance(&z, &xi, &iota, 0.0, 1);
    return z;
}

} // namespace

TEST_CASE("the exact step is the Ornstein-Uhlenbeck transition at any step") {
    for (const char* time_step : {"0.001", "0.1", "1", "10"}) {
        const Population population(linear, std::string("time_step = ") + time_step + "\n");
        const LocalStep step = population.step();
        CHECK(step.is_exact());
        const double dt = population.config.network.time_step;
        const double e = std::exp(-dt / 0.7);
        for (const double z : {-2.0, 0.0, 0.3}) {
            for (const double xi : {-1.5, 0.0, 2.0}) {
                for (const double iota : {0.0, 0.8}) {
                    const double noise = 1.3 * std::sqrt(0.35 * (1.0 - e * e));
                    CHECK(advance(step, z, xi, iota) ==
                          Approx(z * e + iota * 0.7 * (1.0 - e) + noise * xi).margin(1e-15));
                }
            }
        }
    }
}

TEST_CASE("two exact steps are one of twice the length: mean, input and variance") {
    const Population with_half(linear, "time_step = 0.25\n");
    const Population with_whole(linear, "time_step = 0.5\n");
    const LocalStep half = with_half.step();
    const LocalStep whole = with_whole.step();
    const double decay = advance(half, 1.0, 0.0, 0.0);
    CHECK(decay * decay == Approx(advance(whole, 1.0, 0.0, 0.0)).epsilon(1e-14));
    const double input = advance(half, 0.0, 0.0, 1.0);
    CHECK(input * (1.0 + decay) == Approx(advance(whole, 0.0, 0.0, 1.0)).epsilon(1e-14));
    const double noise = advance(half, 0.0, 1.0, 0.0);
    const double both = advance(whole, 0.0, 1.0, 0.0);
    CHECK(noise * noise * (1.0 + decay * decay) == Approx(both * both).epsilon(1e-14));
}

TEST_CASE("Euler and Maruyama's step") {
    const Population population(quadratic, "time_step = 0.05\n");
    const LocalStep step = population.step();
    CHECK_FALSE(step.is_exact());
    for (const double z : {-1.5, 0.0, 2.0}) {
        const double sigma = std::sqrt(0.25 + 0.0625 * z * z);
        CHECK(advance(step, z, 0.7, 0.3) ==
              Approx(z + (-z + 0.3) * 0.05 + sigma * std::sqrt(0.05) * 0.7).margin(1e-15));
    }
    const Population well(cubic, "time_step = 0.01\n");
    const LocalStep in_well = well.step();
    CHECK(advance(in_well, 2.0, 0.0, 0.0) == Approx(2.0 + 0.01 * (0.1 + 2.0 - 4.0)));
}

TEST_CASE("exact is taken under the balanced scheme where it applies, Euler elsewhere") {
    const auto exact = [](const std::string& functions, const std::string& network) {
        return Population(functions, "time_step = 0.01\n" + network).step().is_exact();
    };
    CHECK(exact(linear, "scheme = balanced\n"));
    CHECK_FALSE(exact(linear, "scheme = explicit\n"));
    CHECK(exact(linear, "scheme = explicit\nlocal_step = exact\n"));
    CHECK_FALSE(exact(linear, "scheme = balanced\nlocal_step = euler\n"));
    CHECK_FALSE(exact(cubic, "scheme = balanced\n"));
    CHECK_FALSE(exact(quadratic, "scheme = balanced\n"));
}

TEST_CASE("a value does not depend on its place in the array, nor on the array's length") {
    const std::string dt = "time_step = 0.01\n";
    for (const auto& [functions, network] : {std::pair{linear, dt},
                                             {linear, dt + "local_step = euler\n"},
                                             {cubic, dt},
                                             {quadratic, dt}}) {
        const Population population(functions, network);
        const LocalStep step = population.step();
        std::vector<double> z(1000);
        std::vector<double> xi(1000);
        std::vector<double> iota(1000);
        for (std::size_t i = 0; i < z.size(); ++i) {
            z[i] = std::sin(static_cast<double>(i));
            xi[i] = std::cos(static_cast<double>(3 * i));
            iota[i] = 0.1 * std::sin(static_cast<double>(7 * i));
        }
        std::vector<double> together = z;
        step.advance(together.data(), xi.data(), iota.data(), 0.0, together.size());
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < z.size(); ++i) {
            wrong += advance(step, z[i], xi[i], iota[i]) == together[i] ? 0 : 1;
        }
        CHECK(wrong == 0);
        std::vector<double> no_input = z;
        std::vector<double> zero_input = z;
        const std::vector<double> zero(1000, 0.0);
        step.advance(no_input.data(), xi.data(), nullptr, 0.0, z.size());
        step.advance(zero_input.data(), xi.data(), zero.data(), 0.0, z.size());
        CHECK(no_input == zero_input); // Euler's step with affine functions takes another loop
    }
}
