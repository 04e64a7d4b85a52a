// Protects the variance of uncoupled linear neurons at finite steps: the exact transition has no
// error in it at any step, Euler and Maruyama's has its own known one.
#include <catch2/catch.hpp>

#include "statistics/z_score.hpp"
#include "unit/network/setup.hpp"
#include <cmath>
#include <string>
#include <vector>

using namespace equipoise;

namespace {

constexpr double tau = 0.5;
constexpr double sigma = 1.2;
constexpr double dt = 0.2;
constexpr double n = 1e6;

std::string text(const std::string& local_step) {
    return "[run]\nt_end = 1\nseed = 31\noutput_interval = 0.2\n[domain]\nkind = point\n"
           "[populations]\nnames = a\n[population.a]\nsign = excitatory\nneurons = 1000000\ndrift "
           "= linear(tau=0.5)\nnoise = constant(sigma=1.2)\nmean = 1.5\nvariance = 0.1\n[network]\n"
           "time_step = 0.2\nlocal_step = " +
           local_step + "\n";
}

struct Moments {
    double mean = 0.0, variance = 0.0, skewness = 0.0, kurtosis = 0.0;

    explicit Moments(const std::vector<double>& z) {
        const auto count = static_cast<double>(z.size());
        for (const double x : z) {
            mean += x / count;
        }
        double third = 0.0;
        double fourth = 0.0;
        for (const double x : z) {
            const double y = x - mean;
            variance += y * y / count;
            third += y * y * y / count;
            fourth += y * y * y * y / count;
        }
        skewness = third / std::pow(variance, 1.5);
        kurtosis = fourth / (variance * variance);
    }
};

/// Steps 10^6 neurons and checks after each step, against z' = decay z + noise xi: everything known
/// of a Gaussian population, and its covariance with the step before.
void check_chain(const std::string& local_step, double decay, double noise) {
    Setup setup(text(local_step));
    setup.start();
    double mean = 1.5;
    double variance = 0.1;
    std::vector<double> before = setup.states()[0];
    for (int step = 0; step <= 5; ++step) {
        CAPTURE(local_step, step);
        const std::vector<double> z = setup.states()[0];
        const Moments moments(z);
        check_within_five_errors("mean", moments.mean, mean, std::sqrt(variance / n));
        check_within_five_errors("variance", moments.variance, variance,
                                 variance * std::sqrt(2.0 / n));
        check_within_five_errors("skewness", moments.skewness, 0.0, std::sqrt(6.0 / n));
        check_within_five_errors("kurtosis", moments.kurtosis, 3.0, std::sqrt(24.0 / n));
        if (step > 0) {
            const double before_variance = (variance - noise * noise) / (decay * decay);
            const double before_mean = mean / decay;
            double covariance = 0.0;
            for (std::size_t j = 0; j < z.size(); ++j) {
                covariance += (z[j] - mean) * (before[j] - before_mean) / n;
            }
            const double expected = decay * before_variance;
            check_within_five_errors(
                "covariance with the step before", covariance, expected,
                std::sqrt((variance * before_variance + expected * expected) / n));
        }
        before = z;
        setup.steps(1);
        mean *= decay;
        variance = decay * decay * variance + noise * noise;
    }
}

} // namespace

TEST_CASE("exact local step: the Ornstein-Uhlenbeck variance at 10^6 neurons and a large step") {
    const double e = std::exp(-dt / tau);
    check_chain("exact", e, sigma * std::sqrt(tau * (1.0 - e * e) / 2.0));
}

TEST_CASE("Euler local step: its own variance at 10^6 neurons, far from the exact one") {
    check_chain("euler", 1.0 - dt / tau, sigma * std::sqrt(dt));
    // What the test above can tell apart, in standard errors of the variance: stationary values.
    const double euler = sigma * sigma * dt / (1.0 - std::pow(1.0 - dt / tau, 2));
    const double exact = sigma * sigma * tau / 2.0;
    CHECK((euler - exact) / (exact * std::sqrt(2.0 / n)) > 100.0);
}
