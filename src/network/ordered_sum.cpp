#include "equipoise/elementary/clones.hpp"
#include "equipoise/network/geometry.hpp"

#include <cmath>

namespace equipoise::network {

namespace {

constexpr std::size_t lanes = 32; ///< four registers of AVX-512: an addition takes four cycles

double join(double* lane) {
    for (std::size_t half = lanes / 2; half > 0; half /= 2) {
        for (std::size_t l = 0; l < half; ++l) {
            lane[l] += lane[l + half];
        }
    }
    return lane[0];
}

} // namespace

EQUIPOISE_CLONES
double ordered_sum(const double* values, std::size_t count) {
    double lane[lanes] = {};
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        for (std::size_t l = 0; l < lanes; ++l) {
            lane[l] += values[i + l];
        }
    }
    for (std::size_t l = 0; i < count; ++i, ++l) {
        lane[l] += values[i];
    }
    return join(lane);
}

EQUIPOISE_CLONES
double ordered_dot(const double* a, const double* b, std::size_t count) {
    double lane[lanes] = {};
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        for (std::size_t l = 0; l < lanes; ++l) {
            lane[l] = std::fma(a[i + l], b[i + l], lane[l]);
        }
    }
    for (std::size_t l = 0; i < count; ++i, ++l) {
        lane[l] = std::fma(a[i], b[i], lane[l]);
    }
    return join(lane);
}

} // namespace equipoise::network
