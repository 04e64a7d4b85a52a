#pragma once

#include "unit/kinetic/problems.hpp"
#include <string>

/// Problems of the field, further to those of the kinetic solver.
namespace problems {

inline FunctionSpec erf_gain(double slope, double height) {
    return {"erf", {}, {{"slope", slope}, {"height", height}}, {}, {}};
}

/// The network of the paper's figures 3 and 4: a point, tanh gains, K(0) = 1, 2.
inline Config figure3() {
    Config config;
    config.populations = {
        population("e", Sign::excitatory, linear_drift(1.0), constant_noise(1.0), "1"),
        population("i", Sign::inhibitory, linear_drift(1.0), constant_noise(1.0), "2")};
    config.populations[0].drive.text = "0.1";
    config.couplings = {{0, 1, cosine({1.0}), tanh_gain()},
                        {1, 0, cosine({1.0}), tanh_gain()},
                        {1, 1, cosine({0.5}), tanh_gain()}};
    config.field.sites = {1, 1};
    return config;
}

/// The same with an input in time, so that v and K have no closed form and are integrated.
inline Config figure3_with_input() {
    Config config = figure3();
    config.populations[0].input.text = "0.2*sin(2*t)";
    return config;
}

/// The ring of the kinetic solver's tests on `sites` sites.
inline Config field_ring(std::int64_t sites) {
    Config config = ring(sites, 100);
    config.field.sites = {sites, 1};
    return config;
}

/// Runs the field with the correction for n neurons.
inline Config with_size(Config config, std::int64_t n) {
    for (equipoise::config::Population& population : config.populations) {
        population.neurons = n;
    }
    config.field.size = equipoise::config::SystemSize::network;
    return config;
}

} // namespace problems
