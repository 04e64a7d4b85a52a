#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/config/config.hpp"
#include "equipoise/model/model.hpp"

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

/// Problems with known answers, written as configurations without a file.
namespace problems {

using equipoise::config::Config;
using equipoise::config::DomainKind;
using equipoise::config::FunctionSpec;
using equipoise::config::Sign;

inline FunctionSpec linear_drift(double tau) {
    return {"linear", {}, {{"tau", tau}}, {}, {}};
}

inline FunctionSpec cubic_drift(double a0, double a1, double a3) {
    return {"cubic", {}, {{"a0", a0}, {"a1", a1}, {"a3", a3}}, {}, {}};
}

inline FunctionSpec constant_noise(double sigma) {
    return {"constant", {}, {{"sigma", sigma}}, {}, {}};
}

inline FunctionSpec quadratic_noise(double sigma0, double sigma1) {
    return {"quadratic", {}, {{"sigma0", sigma0}, {"sigma1", sigma1}}, {}, {}};
}

inline FunctionSpec linear_gain(double slope) {
    return {"linear", {}, {{"slope", slope}}, {}, {}};
}

inline FunctionSpec tanh_gain() {
    return {"tanh", {}, {{"slope", 1.0}, {"height", 1.0}}, {}, {}};
}

inline FunctionSpec expression(const std::string& text, double from, double to) {
    return {"expression", {}, {{"from", from}, {"to", to}, {"points", 4096.0}}, text, {}};
}

inline FunctionSpec cosine(std::vector<double> coefficients) {
    return {"cosine", std::move(coefficients), {}, {}, {}};
}

/// A population with no drive, no input, mean 0 and the given variance.
inline equipoise::config::Population population(const std::string& name, Sign sign,
                                                FunctionSpec drift, FunctionSpec noise,
                                                const std::string& variance) {
    equipoise::config::Population result;
    result.name = name;
    result.sign = sign;
    result.neurons = 10000;
    result.drift = std::move(drift);
    result.noise = std::move(noise);
    result.drive = {"0", "population." + name + ".drive"};
    result.input = {"0", "population." + name + ".input"};
    result.mean = {"0", "population." + name + ".mean"};
    result.variance = {variance, "population." + name + ".variance"};
    return result;
}

/// One population without coupling: the Fokker-Planck equation by itself.
inline Config uncoupled(FunctionSpec drift, FunctionSpec noise, const std::string& variance,
                        std::int64_t cells) {
    Config config;
    config.populations = {
        population("a", Sign::excitatory, std::move(drift), std::move(noise), variance)};
    config.kinetic.cells = cells;
    config.kinetic.sites = {1, 1};
    return config;
}

/// Excitatory and inhibitory population on a point with tanh gains; multiplicative noise. The issue
/// this solver was built for gives reference values.
inline Config multiplicative_noise(std::int64_t cells) {
    Config config;
    config.populations = {population("e", Sign::excitatory, cubic_drift(0.1, -0.2, 0.4),
                                     quadratic_noise(std::sqrt(0.5), std::sqrt(0.3)), "1"),
                          population("i", Sign::inhibitory, linear_drift(1.0 / 1.2),
                                     quadratic_noise(std::sqrt(0.6), std::sqrt(0.2)), "0.5")};
    config.populations[0].drive.text = "0.15";
    config.populations[1].drive.text = "0.05";
    config.couplings = {{0, 0, cosine({0.4}), tanh_gain()},
                        {0, 1, cosine({1.0}), tanh_gain()},
                        {1, 0, cosine({1.0}), tanh_gain()},
                        {1, 1, cosine({0.6}), tanh_gain()}};
    config.kinetic.cells = cells;
    config.kinetic.sites = {1, 1};
    return config;
}

/// Excitatory and inhibitory population on a ring with cosine kernels and tanh gains.
inline Config ring(std::int64_t sites, std::int64_t cells) {
    Config config;
    config.domain.kind = DomainKind::ring;
    config.populations = {
        population("e", Sign::excitatory, linear_drift(1.0), constant_noise(0.8), "1"),
        population("i", Sign::inhibitory, linear_drift(0.8), constant_noise(0.6), "2")};
    config.populations[0].drive.text = "0.6 + 0.15*cos(2*pi*x)";
    config.populations[1].drive.text = "0.2 + 0.1*cos(2*pi*x)";
    config.populations[0].mean.text = "0.3 + 0.5*cos(4*pi*x) + 0.3*cos(2*pi*x)";
    config.populations[1].mean.text = "0.2 + 0.4*sin(2*pi*x) + 0.3*cos(6*pi*x)";
    config.couplings = {{0, 0, cosine({0.5, 0.4}), tanh_gain()},
                        {0, 1, cosine({2.0, 1.0}), tanh_gain()},
                        {1, 0, cosine({1.5, 1.0}), tanh_gain()},
                        {1, 1, cosine({1.0, 0.8}), tanh_gain()}};
    config.kinetic.cells = cells;
    config.kinetic.sites = {sites, 1};
    return config;
}

/// A configuration with what refers to it; stays where it is made.
struct Problem {
    Config config;
    equipoise::model::Model model;
    equipoise::balance::Balance balance;

    explicit Problem(Config source) : config(std::move(source)), model(config), balance(model) {}
    Problem(const Problem&) = delete;
    Problem& operator=(const Problem&) = delete;
};

} // namespace problems
