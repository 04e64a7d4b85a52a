#include "equipoise/field/chebyshev.hpp"

#include "equipoise/elementary/clones.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace equipoise::field {

namespace {

/// Places worked on side by side, in registers.
constexpr std::size_t lanes = 32;

double angle(std::size_t k, std::size_t size) {
    return std::numbers::pi * (static_cast<double>(k) + 0.5) / static_cast<double>(size);
}

EQUIPOISE_CLONES
void evaluate_all(const double* coefficients, std::size_t size, double centre, double scale,
                  const double* v, double* f, std::size_t count) {
    for (std::size_t begin = 0; begin < count; begin += lanes) {
        const std::size_t width = begin + lanes <= count ? lanes : count - begin;
        std::array<double, lanes> x{};
        for (std::size_t i = 0; i < width; ++i) {
            x[i] = (v[begin + i] - centre) * scale;
        }
        // Clenshaw's recurrence.
        std::array<double, lanes> here{};
        std::array<double, lanes> above{};
        for (std::size_t k = size - 1; k > 0; --k) {
            for (std::size_t i = 0; i < lanes; ++i) {
                const double next = (coefficients[k] - above[i]) + (x[i] + x[i]) * here[i];
                above[i] = here[i];
                here[i] = next;
            }
        }
        for (std::size_t i = 0; i < width; ++i) {
            f[begin + i] = (coefficients[0] - above[i]) + x[i] * here[i];
        }
    }
}

} // namespace

std::vector<double> Chebyshev::points(double lower, double upper, std::size_t size) {
    std::vector<double> result(size);
    for (std::size_t k = 0; k < size; ++k) {
        result[k] = 0.5 * (lower + upper) + 0.5 * (upper - lower) * std::cos(angle(k, size));
    }
    return result;
}

Chebyshev Chebyshev::interpolate(double lower, double upper, const double* values,
                                 std::size_t size) {
    Chebyshev series{lower, upper, std::vector<double>(size)};
    for (std::size_t j = 0; j < size; ++j) {
        double sum = 0.0;
        for (std::size_t k = 0; k < size; ++k) {
            sum += values[k] * std::cos(static_cast<double>(j) * angle(k, size));
        }
        series.coefficients[j] = (j == 0 ? 1.0 : 2.0) * sum / static_cast<double>(size);
    }
    return series;
}

double Chebyshev::tail() const {
    const std::size_t size = coefficients.size();
    return std::max(std::abs(coefficients[size - 1]),
                    size > 1 ? std::abs(coefficients[size - 2]) : 0.0);
}

void Chebyshev::shorten(double error) {
    double left_out = 0.0;
    while (coefficients.size() > 1 && left_out + std::abs(coefficients.back()) <= error) {
        left_out += std::abs(coefficients.back());
        coefficients.pop_back();
    }
}

void Chebyshev::evaluate(const double* v, double* f, std::size_t count) const {
    evaluate_all(coefficients.data(), coefficients.size(), 0.5 * (lower + upper),
                 2.0 / (upper - lower), v, f, count);
}

} // namespace equipoise::field
