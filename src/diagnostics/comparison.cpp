#include "equipoise/diagnostics/comparison.hpp"

#include "equipoise/util/errors.hpp"

#include <fmt/format.h>

#include <cmath>

namespace equipoise::diagnostics {

Comparison::Comparison(std::size_t quantities) : sums_(quantities) {}

void Comparison::add(double t, std::span<const double> first, std::span<const double> second,
                     std::span<const double> standard_error) {
    for (std::size_t a = 0; a < sums_.size(); ++a) {
        Sums& sums = sums_[a];
        const double distance = std::abs(first[a] - second[a]);
        sums.squares += distance * distance;
        ++sums.worst.records;
        sums.worst.last_time = t;
        if (distance >= sums.worst.largest) {
            sums.worst.largest = distance;
            sums.worst.time_of_largest = t;
        }
        if (standard_error[a] > 0.0) {
            const double in_errors = distance / standard_error[a];
            sums.worst.largest_in_errors = std::fmax(sums.worst.largest_in_errors, in_errors);
            if (!(in_errors <= errors_of_agreement)) {
                sums.worst.last_apart = t;
            }
        }
    }
}

Difference Comparison::difference(std::size_t quantity) const {
    Difference difference = sums_[quantity].worst;
    if (difference.records > 0) {
        difference.root_mean_square =
            std::sqrt(sums_[quantity].squares / static_cast<double>(difference.records));
    }
    return difference;
}

std::vector<double> Comparison::state() const {
    std::vector<double> state;
    for (const Sums& sums : sums_) {
        const Difference& worst = sums.worst;
        state.insert(state.end(),
                     {sums.squares, worst.largest, worst.largest_in_errors, worst.time_of_largest,
                      worst.last_apart, worst.last_time, static_cast<double>(worst.records)});
    }
    return state;
}

void Comparison::restore(std::span<const double> state) {
    constexpr std::size_t width = 7;
    ensure(state.size() == width * sums_.size(), "a comparison's state fits its quantities");
    for (std::size_t i = 0; i < sums_.size(); ++i) {
        const auto of = state.subspan(width * i, width);
        sums_[i].squares = of[0];
        sums_[i].worst = {of[1], 0.0, of[2], of[3], of[4], of[5], static_cast<std::size_t>(of[6])};
    }
}

std::string verdict(const Difference& difference) {
    if (difference.largest_in_errors <= errors_of_agreement) {
        return "agree";
    }
    if (difference.last_apart < 0.5 * difference.last_time) {
        return fmt::format("agree after t = {:g}", difference.last_apart);
    }
    return difference.largest_in_errors <= 1.5 * errors_of_agreement ? "close" : "differ";
}

double error_of_mean(double variance, double n) {
    return std::sqrt(variance / n);
}

double error_of_variance(double variance, double kurtosis, double n) {
    return variance * std::sqrt(std::fmax(0.0, kurtosis - 1.0) / n);
}

} // namespace equipoise::diagnostics
