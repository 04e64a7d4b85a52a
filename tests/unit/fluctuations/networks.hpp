#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/config/read.hpp"
#include "equipoise/fluctuations/prediction.hpp"
#include "equipoise/model/model.hpp"

#include <string>
#include <vector>

/// Networks with known fluctuations.
namespace networks {

/// Excitatory and inhibitory population on a point, tau = sigma = 1, C_ei = C_ie = 1, C_ii = 0.5:
/// figures 1 to 4. Gains and drive by overrides.
inline const char* const two_populations = R"(
[run]
t_end = 1
output_interval = 1
[domain]
kind = point
[populations]
names = e i
[population.e]
sign = excitatory
neurons = 500
drift = linear(tau=1)
noise = constant(sigma=1)
drive = 0.1
mean = 0.08
variance = 0.5
[population.i]
sign = inhibitory
neurons = 500
drift = linear(tau=1)
noise = constant(sigma=1)
mean = 0.14
variance = 0.5
[coupling.e.i]
kernel = cosine(1)
gain = tanh(slope=1)
[coupling.i.e]
kernel = cosine(1)
gain = tanh(slope=1)
[coupling.i.i]
kernel = cosine(0.5)
gain = tanh(slope=1)
[network]
time_step = 0.01
scheme = balanced
)";

/// Overrides that make every gain linear.
inline std::vector<std::string> linear_gains(std::vector<std::string> more = {}) {
    for (const char* pair : {"e.i", "i.e", "i.i"}) {
        more.push_back(std::string("--coupling.") + pair + ".gain=linear(slope=1)");
    }
    return more;
}

/// Overrides that set both populations' sizes.
inline std::vector<std::string> sized(long neurons, std::vector<std::string> more = {}) {
    for (const char* name : {"e", "i"}) {
        more.push_back(std::string("--population.") + name + ".neurons=" + std::to_string(neurons));
    }
    if (neurons > (1L << 32)) {
        more.emplace_back("--run.solvers=kinetic"); // more than a network may have
    }
    return more;
}

/// A configuration with what refers to it; stays where it is made.
struct Network {
    equipoise::config::Config config;
    equipoise::model::Model model;
    equipoise::balance::Balance balance;

    explicit Network(const std::vector<std::string>& overrides = {},
                     const char* text = two_populations)
        : config(equipoise::config::read_text(text, "network.ini", overrides)), model(config),
          balance(model) {}
    Network(const Network&) = delete;
    Network& operator=(const Network&) = delete;

    [[nodiscard]] equipoise::fluctuations::Prediction
    predict(const equipoise::fluctuations::Options& options = {}) const {
        return equipoise::fluctuations::predict(config, balance, model.basis(), options);
    }
};

} // namespace networks
