#include "equipoise/model/kernel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <stdexcept>

namespace equipoise::model {

namespace {

constexpr int most_waves = 4096; ///< per direction: beyond, a kernel is too narrow for this program

/// Coefficients c_0, c_1, ... of a smooth even kernel in one direction, from its Fourier transform
/// (ghat(0) = c_0, ghat(m) = c_m / 2).
using Transform = std::function<double(int)>;

/// The first wave number from which all |ghat| stay below the truncation of the largest.
int cut(const Transform& transform, const std::string& family) {
    double largest = 0.0;
    int below = 0;
    for (int m = 0; m < most_waves; ++m) {
        const double size = std::abs(transform(m));
        largest = std::max(largest, size);
        below = size < kernel_truncation * largest ? below + 1 : 0;
        if (below >= 4) { // a difference of Gaussians may vanish at a single wave number
            return m - below + 1;
        }
    }
    throw std::invalid_argument(
        fmt::format("{} is too narrow: more than {} wave numbers would be needed; make it wider",
                    family, most_waves));
}

Transform gaussian(double strength, double width, double length) {
    const double u = 2.0 * std::numbers::pi * width / length;
    return [=](int m) { return strength * std::exp(-0.5 * (u * m) * (u * m)); };
}

Transform transform_of(const config::FunctionSpec& spec, double length) {
    if (spec.family == "gaussian") {
        return gaussian(spec.at("strength"), spec.at("width"), length);
    }
    if (spec.family == "difference_of_gaussians") {
        const Transform first = gaussian(spec.at("strength1"), spec.at("width1"), length);
        const Transform second = gaussian(spec.at("strength2"), spec.at("width2"), length);
        return [=](int m) { return first(m) - second(m); };
    }
    if (spec.family == "von_mises") {
        const double strength = spec.at("strength");
        const double kappa = spec.at("concentration");
        // I_m / I_0; for large m the ratio underflows to 0, as it should
        const double scale = std::cyl_bessel_i(0.0, kappa);
        return [=](int m) {
            return strength * std::cyl_bessel_i(static_cast<double>(m), kappa) / scale;
        };
    }
    throw std::invalid_argument(fmt::format("unknown kernel {}", spec.family));
}

/// Kernel of one direction by wave number, c_m with K(d) = sum c_m cos(2 pi m d/L).
struct Line {
    std::vector<double> coefficients;
    double truncated = 0.0;
};

Line line_modes(const config::FunctionSpec& spec, double length) {
    if (spec.family == "cosine" || spec.family == "modes") {
        return {spec.positional, 0.0};
    }
    const Transform transform = transform_of(spec, length);
    const int count = cut(transform, spec.family);
    Line line;
    double largest = 0.0;
    for (int m = 0; m < count; ++m) {
        line.coefficients.push_back((m == 0 ? 1.0 : 2.0) * transform(m));
        largest = std::max(largest, std::abs(line.coefficients.back()));
    }
    for (int m = count; m < count + 4; ++m) {
        line.truncated = std::max(line.truncated, std::abs(2.0 * transform(m)));
    }
    line.truncated = largest > 0.0 ? line.truncated / largest : 0.0;
    return line;
}

/// The product of one kernel in each direction: cos a cos b = [cos(a+b) + cos(a-b)] / 2.
KernelModes product(const Line& first, const Line& second) {
    KernelModes kernel;
    double largest = 0.0;
    double dropped = std::max(first.truncated, second.truncated);
    for (const double c : first.coefficients) {
        for (const double d : second.coefficients) {
            largest = std::max(largest, std::abs(c * d));
        }
    }
    for (std::size_t i = 0; i < first.coefficients.size(); ++i) {
        for (std::size_t j = 0; j < second.coefficients.size(); ++j) {
            const double c = first.coefficients[i] * second.coefficients[j];
            if (std::abs(c) <= kernel_truncation * largest) {
                dropped = largest > 0.0 ? std::max(dropped, std::abs(c) / largest) : dropped;
                continue;
            }
            const int k1 = static_cast<int>(i);
            const int k2 = static_cast<int>(j);
            if (k1 == 0 || k2 == 0) {
                kernel.coefficients[{{k1, k2}}] += c;
            } else {
                kernel.coefficients[{{k1, k2}}] += 0.5 * c;
                kernel.coefficients[{{k1, -k2}}] += 0.5 * c;
            }
        }
    }
    kernel.truncated = dropped;
    return kernel;
}

void drop_zeros(KernelModes& kernel) {
    for (auto at = kernel.coefficients.begin(); at != kernel.coefficients.end();) {
        at = at->second == 0.0 ? kernel.coefficients.erase(at) : std::next(at);
    }
}

} // namespace

double KernelModes::coefficient(const WaveVector& wave) const {
    const auto found = coefficients.find(wave);
    return found == coefficients.end() ? 0.0 : found->second;
}

KernelModes kernel_modes(const config::FunctionSpec& spec, const config::Domain& domain) {
    KernelModes kernel;
    if (domain.kind == config::DomainKind::torus) {
        if (spec.family == "modes") { // triples k1 k2 c
            for (std::size_t i = 0; i + 2 < spec.positional.size(); i += 3) {
                WaveVector wave{{static_cast<int>(spec.positional[i]),
                                 static_cast<int>(spec.positional[i + 1])}};
                if (!wave.is_canonical()) {
                    wave = {{-wave.k[0], -wave.k[1]}};
                }
                kernel.coefficients[wave] += spec.positional[i + 2];
            }
        } else if (spec.family == "cosine") {
            // c0 + sum_m c_m [cos(2 pi m d1/L1) + cos(2 pi m d2/L2)]
            for (std::size_t m = 0; m < spec.positional.size(); ++m) {
                kernel.coefficients[{{static_cast<int>(m), 0}}] = spec.positional[m];
                kernel.coefficients[{{0, static_cast<int>(m)}}] = spec.positional[m];
            }
        } else if (spec.family == "difference_of_gaussians") {
            config::FunctionSpec part = spec;
            part.family = "gaussian";
            for (const auto& [suffix, sign] : {std::pair{"1", 1.0}, std::pair{"2", -1.0}}) {
                part.parameters = {{"strength", spec.at(std::string("strength") + suffix)},
                                   {"width", spec.at(std::string("width") + suffix)}};
                const KernelModes term = kernel_modes(part, domain);
                for (const auto& [wave, c] : term.coefficients) {
                    kernel.coefficients[wave] += sign * c;
                }
                kernel.truncated = std::max(kernel.truncated, term.truncated);
            }
        } else {
            // gaussian, von_mises: the same in both directions, the integral `strength` counted
            // once
            config::FunctionSpec unit = spec;
            unit.parameters["strength"] = 1.0;
            kernel =
                product(line_modes(spec, domain.length[0]), line_modes(unit, domain.length[1]));
        }
        drop_zeros(kernel);
        return kernel;
    }
    const Line line = line_modes(spec, domain.length[0]);
    for (std::size_t m = 0; m < line.coefficients.size(); ++m) {
        kernel.coefficients[{{static_cast<int>(m), 0}}] = line.coefficients[m];
    }
    kernel.truncated = line.truncated;
    drop_zeros(kernel);
    return kernel;
}

} // namespace equipoise::model
