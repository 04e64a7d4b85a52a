#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace equipoise::diagnostics {

/// Several quantities over independent samples; each member by quantity.
struct SampleStatistics {
    std::vector<double> mean;
    /// Standard deviation between samples: root of sum (x - mean)^2 / (samples - 1).
    std::vector<double> deviation;
    std::vector<double> error; ///< standard error of the mean: deviation / sqrt(samples)
};

/// samples: (sample, quantity), at least two samples. One fixed order of operations, two passes, so
/// that a deviation far below the mean keeps its digits.
SampleStatistics sample_statistics(std::span<const double> samples, std::size_t quantities);

} // namespace equipoise::diagnostics
