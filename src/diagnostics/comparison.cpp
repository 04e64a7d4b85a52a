#include "equipoise/diagnostics/comparison.hpp"

#include <cmath>

namespace equipoise::diagnostics {

Comparison::Comparison(std::size_t populations) : sums_(populations) {}

void Comparison::add(double t, std::span<const double> first, std::span<const double> second,
                     std::span<const double> standard_error) {
    for (std::size_t a = 0; a < sums_.size(); ++a) {
        Sums& sums = sums_[a];
        const double distance = std::abs(first[a] - second[a]);
        sums.squares += distance * distance;
        ++sums.worst.records;
        if (distance >= sums.worst.largest) {
            sums.worst.largest = distance;
            sums.worst.time_of_largest = t;
        }
        if (standard_error[a] > 0.0) {
            sums.worst.largest_in_errors =
                std::fmax(sums.worst.largest_in_errors, distance / standard_error[a]);
        }
    }
}

Difference Comparison::difference(std::size_t population) const {
    Difference difference = sums_[population].worst;
    if (difference.records > 0) {
        difference.root_mean_square =
            std::sqrt(sums_[population].squares / static_cast<double>(difference.records));
    }
    return difference;
}

Verdict verdict_in_errors(double largest_in_errors) {
    if (largest_in_errors <= 4.0) {
        return Verdict::agree;
    }
    return largest_in_errors <= 6.0 ? Verdict::close : Verdict::differ;
}

std::string in_words(Verdict verdict) {
    switch (verdict) {
    case Verdict::agree:
        return "agree";
    case Verdict::close:
        return "close";
    case Verdict::differ:
        break;
    }
    return "differ";
}

double error_of_mean(double variance, double n) {
    return std::sqrt(variance / n);
}

double error_of_variance(double variance, double kurtosis, double n) {
    return variance * std::sqrt(std::fmax(0.0, kurtosis - 1.0) / n);
}

} // namespace equipoise::diagnostics
