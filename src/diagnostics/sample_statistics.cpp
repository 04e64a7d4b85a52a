#include "equipoise/diagnostics/sample_statistics.hpp"

#include "equipoise/util/errors.hpp"

#include <cmath>

namespace equipoise::diagnostics {

SampleStatistics sample_statistics(std::span<const double> samples, std::size_t quantities) {
    ensure(quantities > 0 && samples.size() % quantities == 0 && samples.size() >= 2 * quantities,
           "a deviation needs two samples of every quantity");
    const std::size_t rows = samples.size() / quantities;
    const auto count = static_cast<double>(rows);
    SampleStatistics statistics{
        std::vector<double>(quantities, 0.0), std::vector<double>(quantities, 0.0), {}};
    for (std::size_t i = 0; i < samples.size(); ++i) {
        statistics.mean[i % quantities] += samples[i];
    }
    for (double& mean : statistics.mean) {
        mean /= count;
    }
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const double distance = samples[i] - statistics.mean[i % quantities];
        statistics.deviation[i % quantities] += distance * distance;
    }
    for (double& deviation : statistics.deviation) {
        deviation = std::sqrt(deviation / (count - 1.0));
        statistics.error.push_back(deviation / std::sqrt(count));
    }
    return statistics;
}

} // namespace equipoise::diagnostics
