#include "equipoise/model/smooth_functions.hpp"

#include "equipoise/elementary/clones.hpp"
#include "equipoise/elementary/functions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace equipoise::model {

namespace {

EQUIPOISE_CLONES
void affine_values(const double* z, double* f, double slope, double offset, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        f[i] = std::fma(slope, z[i], offset);
    }
}

EQUIPOISE_CLONES
void cubic_values(const double* z, double* f, double a0, double a1, double a3, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        f[i] = std::fma(z[i], std::fma(-a3, z[i] * z[i], a1), a0);
    }
}

EQUIPOISE_CLONES
void cubic_slopes(const double* __restrict z, double* __restrict f, double* __restrict f1,
                  double a0, double a1, double a3, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const double square = z[i] * z[i];
        f[i] = std::fma(z[i], std::fma(-a3, square, a1), a0);
        f1[i] = a1 - 3.0 * a3 * square;
    }
}

EQUIPOISE_CLONES
void quadratic_values(const double* z, double* f, double square0, double square1,
                      std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        f[i] = std::sqrt(std::fma(square1, z[i] * z[i], square0));
    }
}

EQUIPOISE_CLONES
void quadratic_slopes(const double* __restrict z, double* __restrict f, double* __restrict f1,
                      double square0, double square1, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const double sigma = std::sqrt(std::fma(square1, z[i] * z[i], square0));
        f[i] = sigma;
        // sigma0 = 0 at z = 0: sigma = |sigma1 z| has no derivative; 0 is the mean of its two sides
        f1[i] = sigma == 0.0 ? 0.0 : square1 * z[i] / sigma;
    }
}

/// write(i, tanh(slope (z[i] - threshold))), i < count. Strip by strip in three loops, which keep
/// more neurons in the air than one (elementary::hyperbolic_tangent).
template <class Write>
[[gnu::always_inline]] inline void tanh_strips(const double* z, double slope, double threshold,
                                               std::size_t count, const Write& write) {
    constexpr std::size_t strip = 64;
    const double shift = -slope * threshold;
    double scale[strip];
    double rest_or_tanh[strip];
    const auto pass = [&](std::size_t begin, std::size_t width) __attribute__((always_inline)) {
        for (std::size_t l = 0; l < width; ++l) {
            const auto decay = elementary::split_decay(std::fma(slope, z[begin + l], shift));
            scale[l] = decay.scale;
            rest_or_tanh[l] = decay.rest;
        }
        for (std::size_t l = 0; l < width; ++l) {
            rest_or_tanh[l] =
                elementary::hyperbolic_tangent(elementary::SplitDecay{scale[l], rest_or_tanh[l]});
        }
        for (std::size_t l = 0; l < width; ++l) {
            write(begin + l, std::copysign(rest_or_tanh[l], std::fma(slope, z[begin + l], shift)));
        }
    };
    std::size_t begin = 0;
    for (; begin + strip <= count; begin += strip) {
        pass(begin, strip); // a number that the compiler knows
    }
    pass(begin, count - begin);
}

EQUIPOISE_CLONES
void tanh_values(const double* z, double* f, double slope, double threshold, double height,
                 double offset, std::size_t count) {
    const auto write = [=](std::size_t i, double t) __attribute__((always_inline)) {
        f[i] = std::fma(height, t, offset);
    };
    tanh_strips(z, slope, threshold, count, write);
}

EQUIPOISE_CLONES
void tanh_slopes(const double* __restrict z, double* __restrict f, double* __restrict f1,
                 double slope, double threshold, double height, double offset, std::size_t count) {
    const double steepness = height * slope;
    const auto write = [=](std::size_t i, double t) __attribute__((always_inline)) {
        f[i] = std::fma(height, t, offset);
        f1[i] = steepness * std::fma(-t, t, 1.0); // exact where t is near 1
    };
    tanh_strips(z, slope, threshold, count, write);
}

EQUIPOISE_CLONES
void tanh_curvatures(const double* __restrict z, double* __restrict f, double* __restrict f1,
                     double* __restrict f2, double slope, double threshold, double height,
                     double offset, std::size_t count) {
    const double steepness = height * slope;
    const auto write = [=](std::size_t i, double t) __attribute__((always_inline)) {
        const double first = steepness * std::fma(-t, t, 1.0); // exact where t is near 1
        f[i] = std::fma(height, t, offset);
        f1[i] = first;
        f2[i] = -2.0 * slope * t * first;
    };
    tanh_strips(z, slope, threshold, count, write);
}

/// Bounds hold for computed values too, whose rounding errors are far below this.
double safe(double bound) {
    return bound * (1.0 + 1e-12);
}

} // namespace

// --- affine

AffineFunction::AffineFunction(double slope, double offset, std::string description)
    : coefficients_{slope, offset}, description_(std::move(description)) {}

void AffineFunction::values(const double* z, double* f, std::size_t count) const {
    affine_values(z, f, coefficients_.slope, coefficients_.offset, count);
}

void AffineFunction::slopes(const double* z, double* f, double* f1, std::size_t count) const {
    values(z, f, count);
    std::fill_n(f1, count, coefficients_.slope);
}

void AffineFunction::curvatures(const double* z, double* f, double* f1, double* f2,
                                std::size_t count) const {
    slopes(z, f, f1, count);
    std::fill_n(f2, count, 0.0);
}

bool AffineFunction::normal_means(const double* mean, const double* /*variance*/, double* f,
                                  double* f1, double* f2, std::size_t count) const {
    curvatures(mean, f, f1, f2, count);
    return true;
}

double AffineFunction::bound(int order, double radius) const {
    const double slope = std::abs(coefficients_.slope);
    return safe(order == 0 ? slope * radius + std::abs(coefficients_.offset) : slope);
}

// --- cubic

void CubicFunction::values(const double* z, double* f, std::size_t count) const {
    cubic_values(z, f, a0_, a1_, a3_, count);
}

void CubicFunction::slopes(const double* z, double* f, double* f1, std::size_t count) const {
    cubic_slopes(z, f, f1, a0_, a1_, a3_, count);
}

void CubicFunction::curvatures(const double* z, double* f, double* f1, double* f2,
                               std::size_t count) const {
    slopes(z, f, f1, count);
    for (std::size_t i = 0; i < count; ++i) {
        f2[i] = -6.0 * a3_ * z[i];
    }
}

double CubicFunction::bound(int order, double radius) const {
    const double a1 = std::abs(a1_);
    const double a3 = std::abs(a3_) * radius * radius;
    return safe(order == 0 ? std::abs(a0_) + radius * (a1 + a3) : a1 + 3.0 * a3);
}

std::string CubicFunction::description() const {
    return fmt::format("cubic(a0={:g}, a1={:g}, a3={:g})", a0_, a1_, a3_);
}

// --- quadratic noise

void QuadraticNoise::values(const double* z, double* f, std::size_t count) const {
    quadratic_values(z, f, sigma0_ * sigma0_, sigma1_ * sigma1_, count);
}

void QuadraticNoise::slopes(const double* z, double* f, double* f1, std::size_t count) const {
    quadratic_slopes(z, f, f1, sigma0_ * sigma0_, sigma1_ * sigma1_, count);
}

void QuadraticNoise::curvatures(const double* z, double* f, double* f1, double* f2,
                                std::size_t count) const {
    slopes(z, f, f1, count);
    const double square = sigma0_ * sigma0_ * sigma1_ * sigma1_;
    for (std::size_t i = 0; i < count; ++i) {
        f2[i] = f[i] == 0.0 ? 0.0 : square / (f[i] * f[i] * f[i]);
    }
}

double QuadraticNoise::bound(int order, double radius) const {
    return safe(order == 0 ? std::hypot(sigma0_, sigma1_ * radius) : std::abs(sigma1_));
}

std::string QuadraticNoise::description() const {
    return fmt::format("quadratic(sigma0={:g}, sigma1={:g})", sigma0_, sigma1_);
}

// --- tanh

TanhFunction::TanhFunction(double slope, double height, double threshold, double offset,
                           std::string description)
    : slope_(slope), height_(height), threshold_(threshold), offset_(offset),
      description_(std::move(description)) {}

void TanhFunction::values(const double* z, double* f, std::size_t count) const {
    tanh_values(z, f, slope_, threshold_, height_, offset_, count);
}

void TanhFunction::slopes(const double* z, double* f, double* f1, std::size_t count) const {
    tanh_slopes(z, f, f1, slope_, threshold_, height_, offset_, count);
}

void TanhFunction::curvatures(const double* z, double* f, double* f1, double* f2,
                              std::size_t count) const {
    tanh_curvatures(z, f, f1, f2, slope_, threshold_, height_, offset_, count);
}

double TanhFunction::bound(int order, double /*radius*/) const {
    const double height = std::abs(height_);
    return safe(order == 0 ? height + std::abs(offset_) : height * std::abs(slope_));
}

// --- erf

void ErfFunction::values(const double* z, double* f, std::size_t count) const {
    for (std::size_t i = 0; i < count; ++i) {
        f[i] = height_ * std::erf(slope_ * z[i]);
    }
}

void ErfFunction::slopes(const double* z, double* f, double* f1, std::size_t count) const {
    values(z, f, count);
    const double steepness = 2.0 * std::numbers::inv_sqrtpi * height_ * slope_;
    for (std::size_t i = 0; i < count; ++i) {
        const double u = slope_ * z[i];
        f1[i] = steepness * std::exp(-u * u);
    }
}

void ErfFunction::curvatures(const double* z, double* f, double* f1, double* f2,
                             std::size_t count) const {
    slopes(z, f, f1, count);
    for (std::size_t i = 0; i < count; ++i) {
        f2[i] = -2.0 * slope_ * slope_ * z[i] * f1[i];
    }
}

bool ErfFunction::normal_means(const double* mean, const double* variance, double* f, double* f1,
                               double* f2, std::size_t count) const {
    for (std::size_t i = 0; i < count; ++i) {
        const double a = slope_ / std::sqrt(1.0 + 2.0 * slope_ * slope_ * variance[i]);
        const double u = a * mean[i];
        f[i] = height_ * std::erf(u);
        f1[i] = 2.0 * std::numbers::inv_sqrtpi * height_ * a * std::exp(-u * u);
        f2[i] = -2.0 * a * u * f1[i];
    }
    return true;
}

double ErfFunction::bound(int order, double /*radius*/) const {
    const double height = std::abs(height_);
    return safe(order == 0 ? height : 2.0 * std::numbers::inv_sqrtpi * height * std::abs(slope_));
}

std::string ErfFunction::description() const {
    return fmt::format("erf(slope={:g}, height={:g})", slope_, height_);
}

// --- softplus

void SoftplusFunction::values(const double* z, double* f, std::size_t count) const {
    for (std::size_t i = 0; i < count; ++i) {
        const double u = slope_ * z[i];
        f[i] = height_ * (std::max(u, 0.0) + std::log1p(std::exp(-std::abs(u)))); // no overflow
    }
}

void SoftplusFunction::slopes(const double* z, double* f, double* f1, std::size_t count) const {
    values(z, f, count);
    for (std::size_t i = 0; i < count; ++i) {
        const double t = elementary::hyperbolic_tangent(0.5 * slope_ * z[i]);
        f1[i] = 0.5 * height_ * slope_ * (1.0 + t);
    }
}

void SoftplusFunction::curvatures(const double* z, double* f, double* f1, double* f2,
                                  std::size_t count) const {
    slopes(z, f, f1, count);
    for (std::size_t i = 0; i < count; ++i) {
        const double t = elementary::hyperbolic_tangent(0.5 * slope_ * z[i]);
        f2[i] = 0.25 * height_ * slope_ * slope_ * (1.0 - t * t);
    }
}

double SoftplusFunction::bound(int order, double radius) const {
    const double height = std::abs(height_);
    const double slope = std::abs(slope_);
    return safe(order == 0 ? height * (slope * radius + std::numbers::ln2) : height * slope);
}

std::string SoftplusFunction::description() const {
    return fmt::format("softplus(slope={:g}, height={:g})", slope_, height_);
}

} // namespace equipoise::model
