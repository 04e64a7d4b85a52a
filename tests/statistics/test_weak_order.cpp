// Protects the balanced scheme's convergence: first order in the step, in the means that the
// balance constrains and in the variances, without noise (where only the step counts) and with it.
#include "equipoise/model/gauss_hermite.hpp"

#include <catch2/catch.hpp>

#include "statistics/z_score.hpp"
#include "unit/network/setup.hpp"
#include <array>
#include <cmath>
#include <iomanip>
#include <sstream>
#include <string>
#include <vector>

using namespace equipoise;

namespace {

/// With all its digits, so that the times stay multiples of the step.
std::string digits(double value) {
    std::ostringstream text;
    text << std::setprecision(17) << value;
    return text.str();
}

/// e and i with tanh gains; the drift and noise of both, neurons of each, and the step are given.
std::string text(const std::string& drift, double sigma, int neurons, double dt, double t_end) {
    const std::string shared = "\nneurons = " + std::to_string(neurons) + "\ndrift = " + drift +
                               "\nnoise = constant(sigma=" + digits(sigma) + ")\n";
    return "[run]\nseed = 17\nt_end = " + digits(t_end) + "\noutput_interval = " + digits(t_end) +
           "\n[domain]\nkind = point\n[populations]\nnames = e i\n[population.e]\nsign = "
           "excitatory" +
           shared +
           "drive = 0.3 + 0.1*sin(2*t)\nmean = 0.3\nvariance = 1\n[population.i]\nsign = "
           "inhibitory" +
           shared +
           "mean = 0.6\nvariance = 2\n[coupling.e.i]\nkernel = cosine(1)\ngain = tanh(slope=1)\n"
           "[coupling.i.e]\nkernel = cosine(1)\ngain = tanh(slope=1)\n[coupling.i.i]\nkernel = "
           "cosine(0.5)\ngain = tanh(slope=1)\n[network]\nlocal_step = euler\ntime_step = " +
           digits(dt) + "\n";
}

/// Means and variances of both populations.
std::array<double, 4> run(const std::string& configuration, int steps) {
    Setup setup(configuration);
    setup.start();
    setup.steps(steps);
    const auto z = setup.states();
    std::array<double, 4> result{};
    for (std::size_t a = 0; a < 2; ++a) {
        const auto n = static_cast<double>(z[a].size());
        double mean = 0.0;
        for (const double state : z[a]) {
            mean += state / n;
        }
        double variance = 0.0;
        for (const double state : z[a]) {
            variance += (state - mean) * (state - mean) / n;
        }
        result[a] = mean;
        result[2 + a] = variance;
    }
    return result;
}

} // namespace

TEST_CASE("first order in the step without noise: means and variances of a nonlinear network") {
    // The states are a cloud of deterministic paths from the same random start at every step, so
    // the differences are those of the scheme alone.
    const double t_end = 1.6;
    const auto at = [&](int steps) {
        return run(text("cubic(a0=0.2, a1=0.5, a3=0.3)", 0.0, 4000, t_end / steps, t_end), steps);
    };
    const auto reference = at(16384);
    std::array<double, 4> before{};
    for (const int steps : {32, 64, 128, 256}) {
        const auto now = at(steps);
        for (std::size_t i = 0; i < 4; ++i) {
            const double error = std::abs(now[i] - reference[i]);
            INFO("quantity " << i << ", steps " << steps << ": " << now[i] << ", reference "
                             << reference[i] << ", error " << error << ", before " << before[i]);
            if (steps > 32) {
                const double order = std::log2(before[i] / error);
                CHECK(order > 0.85);
                CHECK(order < 1.25);
            }
            before[i] = error;
        }
    }
    for (const double error : before) {
        CHECK(error < 0.01);
        CHECK(error > 1e-5); // the differences were more than rounding
    }
}

TEST_CASE("first order in the step with noise, against the equations of means and variances") {
    // Linear drift and constant noise: states are Gaussian with dK/dt = -2 K/tau + sigma^2, and the
    // means follow dv/dt = -v/tau + h, h = sqrt(n) r(v, K, t) (model section 3, eps = 1/sqrt(n)).
    constexpr int neurons = 1000000;
    const double t_end = 2.4;
    const model::GaussHermite rule(48);
    const auto mean_gain = [&](double v, double k) {
        double sum = 0.0;
        for (std::size_t i = 0; i < rule.size(); ++i) {
            sum += rule.weights[i] * std::tanh(v + std::sqrt(k) * rule.nodes[i]);
        }
        return sum;
    };
    const auto variance = [](double k0, double t) { return 0.5 + (k0 - 0.5) * std::exp(-2.0 * t); };
    std::array<double, 2> v{0.3, 0.6};
    const double h = 2.5e-4;
    const auto slope = [&](double t, const std::array<double, 2>& at) {
        const double e = mean_gain(at[0], variance(1.0, t));
        const double i = mean_gain(at[1], variance(2.0, t));
        const double root_n = std::sqrt(static_cast<double>(neurons));
        return std::array<double, 2>{-at[0] + root_n * (0.3 + 0.1 * std::sin(2.0 * t) - i),
                                     -at[1] + root_n * (e - 0.5 * i)};
    };
    const int fine = static_cast<int>(std::lround(t_end / h));
    for (int step = 0; step < fine;
         ++step) { // the midpoint rule: its error is far below sampling's
        const double t = h * step;
        const auto first = slope(t, v);
        const auto second =
            slope(t + 0.5 * h, {v[0] + 0.5 * h * first[0], v[1] + 0.5 * h * first[1]});
        v = {v[0] + h * second[0], v[1] + h * second[1]};
    }
    const std::array<double, 4> reference{v[0], v[1], variance(1.0, t_end), variance(2.0, t_end)};

    std::array<double, 4> before{};
    for (const int steps : {6, 12, 24}) { // steps of 0.4, 0.2, 0.1; sqrt(n) dt |J| = 400 ... 100
        const auto now = run(text("linear(tau=1)", 1.0, neurons, t_end / steps, t_end), steps);
        for (std::size_t i = 0; i < 4; ++i) {
            const double error = now[i] - reference[i];
            INFO("quantity " << i << ", steps " << steps << ": " << now[i] << ", reference "
                             << reference[i] << ", error " << error << ", before " << before[i]);
            // Sampling adds 2e-4 to the means and 7e-4 to the variances, 1/10 and 1/30 of their
            // least errors: 0.2 and 0.06 to the order at the most.
            if (steps > 6) {
                CHECK(std::log2(before[i] / error) > (i < 2 ? 0.5 : 0.8));
                CHECK(std::log2(before[i] / error) < (i < 2 ? 1.7 : 1.4));
            }
            before[i] = error;
        }
    }
}
