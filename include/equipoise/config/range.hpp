#pragma once

#include <limits>
#include <string>

namespace equipoise::config {

/// The allowed values of a number. Non-finite numbers are never allowed.
struct Range {
    double lower = -std::numeric_limits<double>::infinity();
    double upper = std::numeric_limits<double>::infinity();
    bool open_below = false; ///< the lower end itself is not allowed

    [[nodiscard]] bool contains(double value) const;
    /// "> 0", ">= 1", "from 1 to 1000"; empty where everything is allowed.
    [[nodiscard]] std::string text() const;

    static constexpr Range any() { return {}; }
    static constexpr Range positive() { return {0.0, any().upper, true}; }
    static constexpr Range at_least(double lower) { return {lower, any().upper, false}; }
    static constexpr Range between(double lower, double upper) { return {lower, upper, false}; }
};

} // namespace equipoise::config
