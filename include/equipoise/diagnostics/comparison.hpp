#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace equipoise::diagnostics {

/// A quantity of one population over time as two solvers see it: how far apart they are.
struct Difference {
    double largest = 0.0;          ///< max over time of |first - second|
    double root_mean_square = 0.0; ///< over the recorded times
    double largest_in_errors =
        0.0; ///< max over time of |first - second| / standard error; 0 without one
    double time_of_largest = 0.0;
    std::size_t records = 0;
};

/// Running comparison of two solvers, one quantity per population (a mean, a variance, a mode),
/// record by record. Reads what it is given and keeps sums only.
class Comparison {
  public:
    explicit Comparison(std::size_t populations);

    /// One record at time t. standard_error: the expected sampling error of first - second, or 0
    /// where neither solver samples.
    void add(double t, std::span<const double> first, std::span<const double> second,
             std::span<const double> standard_error);
    [[nodiscard]] Difference difference(std::size_t population) const;

  private:
    struct Sums {
        Difference worst;
        double squares = 0.0;
    };
    std::vector<Sums> sums_;
};

/// Whether two solvers agree, from a difference in standard errors (sampling) or in size
/// (deterministic). Over several hundred correlated records the largest of them exceeds 4 standard
/// errors in fewer than about 1 of 100 runs.
enum class Verdict { agree, close, differ };
Verdict verdict_in_errors(double largest_in_errors);
std::string in_words(Verdict verdict);

/// Standard error of the average of n independent values with this variance.
double error_of_mean(double variance, double n);
/// Standard error of the variance of n independent values with this variance and kurtosis (3:
/// Gaussian): variance sqrt((kurtosis - 1) / n).
double error_of_variance(double variance, double kurtosis, double n);

} // namespace equipoise::diagnostics
