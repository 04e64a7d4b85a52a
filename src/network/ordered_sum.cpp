#include "equipoise/elementary/clones.hpp"
#include "equipoise/network/geometry.hpp"

namespace equipoise::network {

namespace {

constexpr std::size_t lanes = 8;

double join(const double* lane) {
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) +
           ((lane[1] + lane[5]) + (lane[3] + lane[7]));
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
            lane[l] += a[i + l] * b[i + l];
        }
    }
    for (std::size_t l = 0; i < count; ++i, ++l) {
        lane[l] += a[i] * b[i];
    }
    return join(lane);
}

} // namespace equipoise::network
