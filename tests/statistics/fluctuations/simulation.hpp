#pragma once

#include "equipoise/domain/placement.hpp"
#include "equipoise/network/solver.hpp"

#include "unit/fluctuations/networks.hpp"
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

/// A network stepped on one rank, and its fluctuations as measured.
namespace simulation {

/// Time series of (1/n_a) sum phi_p(x) z, one for each population and mode: (population * modes +
/// mode, sample).
using Series = std::vector<std::vector<double>>;

/// Steps a network for `skip` time units, then takes `samples` samples of the amplitudes of
/// `modes`, `every` steps apart.
inline Series run(const networks::Network& network,
                  const std::vector<equipoise::model::Mode>& modes, double skip,
                  std::size_t samples, int every) {
    using namespace equipoise;
    const auto world = parallel::Communicator::world();
    const std::vector<domain::Placement> placements = domain::place(network.config, world);
    network::NetworkSolver solver(network.balance, network.config, placements);
    // phi_p at every neuron, divided by n_a
    std::vector<std::vector<double>> weights;
    std::vector<model::WaveVector> waves;
    for (const model::Mode& mode : modes) {
        waves.push_back(mode.wave);
    }
    const model::Basis basis(waves);
    for (const domain::Placement& placement : placements) {
        for (const model::Mode& mode : modes) {
            std::vector<double>& weight = weights.emplace_back();
            for (std::int64_t j = 0; j < placement.neurons(); ++j) {
                weight.push_back(basis.value(basis.index(mode), placement.phase(j)) /
                                 static_cast<double>(placement.neurons()));
            }
        }
    }
    solver.start();
    solver.receive();
    const auto advance = [&] {
        solver.local_pass();
        solver.receive();
    };
    const auto first = static_cast<int>(skip / network.config.network.time_step);
    for (int step = 0; step < first; ++step) {
        advance();
    }
    Series series(weights.size());
    for (std::size_t sample = 0; sample < samples; ++sample) {
        for (int step = 0; step < every; ++step) {
            advance();
        }
        solver.settle();
        for (std::size_t i = 0; i < weights.size(); ++i) {
            const auto& z = solver.state(i / modes.size()).z;
            double sum = 0.0;
            for (std::size_t j = 0; j < z.size(); ++j) {
                sum += weights[i][j] * z[j];
            }
            series[i].push_back(sum);
        }
    }
    return series;
}

/// A measured value and its standard error.
struct Measured {
    double value = 0.0;
    double error = 0.0;
};

inline Measured mean_of(const std::vector<double>& values) {
    double sum = 0.0;
    double squares = 0.0;
    for (const double value : values) {
        sum += value;
        squares += value * value;
    }
    const auto n = static_cast<double>(values.size());
    return {sum / n, std::sqrt((squares / n - sum * sum / (n * n)) / (n - 1.0))};
}

/// Batches over which averages are taken as independent: a series must be much longer than that
/// many correlation times.
inline constexpr std::size_t batches = 64;

/// The covariance of two series; its error from the scatter of the batches' covariances.
inline Measured covariance(const std::vector<double>& x, const std::vector<double>& y) {
    const double mean_x = mean_of(x).value;
    const double mean_y = mean_of(y).value;
    const std::size_t length = x.size() / batches;
    std::vector<double> values;
    for (std::size_t b = 0; b < batches; ++b) {
        double sum = 0.0;
        for (std::size_t i = b * length; i < (b + 1) * length; ++i) {
            sum += (x[i] - mean_x) * (y[i] - mean_y);
        }
        values.push_back(sum / static_cast<double>(length));
    }
    return mean_of(values);
}

/// Two-sided bound in standard errors, at which Student's t with batches - 1 = 63 degrees of
/// freedom lies beyond with probability 1e-4.
inline constexpr double bound = 4.15;

} // namespace simulation
