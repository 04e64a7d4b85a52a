#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace equipoise::diagnostics {

/// A quantity over time as two solvers see it: how far apart they are.
struct Difference {
    double largest = 0.0;          ///< max over time of |first - second|
    double root_mean_square = 0.0; ///< over the recorded times
    double largest_in_errors =
        0.0; ///< max over time of |first - second| / standard error; 0 without one
    double time_of_largest = 0.0;
    /// Time of the last record that was further apart than agreement allows; none: -infinity.
    double last_apart = -std::numeric_limits<double>::infinity();
    double last_time = 0.0;
    std::size_t records = 0;
};

/// Running comparison of two solvers over several quantities (the mean of each population, or each
/// of its modes), record by record. Reads what it is given and keeps sums only.
class Comparison {
  public:
    explicit Comparison(std::size_t quantities);

    /// One record at time t. standard_error: the expected sampling error of first - second, or 0
    /// where neither solver samples.
    void add(double t, std::span<const double> first, std::span<const double> second,
             std::span<const double> standard_error);
    [[nodiscard]] Difference difference(std::size_t quantity) const;
    [[nodiscard]] std::size_t size() const noexcept { return sums_.size(); }
    /// All that is kept, for a checkpoint, and back; restore() takes what state() of as many
    /// quantities gave.
    [[nodiscard]] std::vector<double> state() const;
    void restore(std::span<const double> state);

  private:
    struct Sums {
        Difference worst;
        double squares = 0.0;
    };
    std::vector<Sums> sums_;
};

/// Differences up to so many standard errors count as agreement. Over several hundred correlated
/// records the largest of them exceeds 4 in fewer than about 1 of 100 runs.
inline constexpr double errors_of_agreement = 4.0;

/// Whether two solvers of which one samples agree: "agree", "agree after t = 0.2" (the last record
/// that was further apart lies in the first half), "close" (up to 6 standard errors), "differ".
std::string verdict(const Difference& difference);

/// Standard error of the average of n independent values with this variance.
double error_of_mean(double variance, double n);
/// Standard error of the variance of n independent values with this variance and kurtosis (3:
/// Gaussian): variance sqrt((kurtosis - 1) / n).
double error_of_variance(double variance, double kurtosis, double n);

} // namespace equipoise::diagnostics
