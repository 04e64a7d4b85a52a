#include "equipoise/model/kernel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <stdexcept>
#include <utility>
#include <vector>

namespace equipoise::model {

namespace {

using Spec = config::FunctionSpec;
using Coefficients = std::map<WaveVector, double>;

/// Parts this much smaller than the largest are rounding errors of it.
constexpr double rounding = 1e-16;

/// A kernel in one direction: K(d) = sum_m coefficients[m] cos(2 pi m d/L).
struct Line {
    std::vector<double> coefficients;
    bool smooth = false; ///< infinitely many modes, of which the significant ones are here
};

[[noreturn]] void refuse_narrow(const std::string& family) {
    throw std::invalid_argument(fmt::format(
        "{} is too narrow for the domain: it needs more than {} wave vectors", family, most_waves));
}

/// strength [1 + 2 sum_m decay_m cos(2 pi m d/L)], decay(m) positive and decreasing from 1.
template <class Decay>
Line smooth_line(const std::string& family, double strength, Decay&& decay) {
    Line line{{strength}, true};
    for (int m = 1;; ++m) {
        const double part = decay(m);
        if (part < rounding) {
            return line;
        }
        if (m >= most_waves && part >= kernel_truncation) {
            refuse_narrow(family);
        }
        line.coefficients.push_back(2.0 * strength * part);
    }
}

Line gaussian(const std::string& family, double strength, double width, double length) {
    const double u = 2.0 * std::numbers::pi * width / length;
    return smooth_line(family, strength, [u](int m) { return std::exp(-0.5 * (u * m) * (u * m)); });
}

/// strength exp(kappa cos theta) / I_0(kappa): the decay is I_m(kappa) / I_0(kappa), a product of
/// the ratios I_m / I_(m-1) = 1 / (2m/kappa + I_(m+1)/I_m), which are stable downwards.
Line von_mises(const std::string& family, double strength, double kappa) {
    constexpr int start = 2 * most_waves;
    std::vector<double> decay(start + 2, 0.0);
    for (int m = start; m >= 1; --m) {
        const auto at = static_cast<std::size_t>(m);
        decay[at] = 1.0 / (2.0 * m / kappa + decay[at + 1]);
    }
    decay[0] = 1.0;
    for (std::size_t m = 1; m < decay.size(); ++m) {
        decay[m] *= decay[m - 1];
    }
    return smooth_line(family, strength, [&](int m) {
        return m <= start ? decay[static_cast<std::size_t>(m)] : 0.0;
    });
}

Line difference(Line first, const Line& second) {
    first.coefficients.resize(std::max(first.coefficients.size(), second.coefficients.size()));
    for (std::size_t m = 0; m < second.coefficients.size(); ++m) {
        first.coefficients[m] -= second.coefficients[m];
    }
    return first;
}

Line line_modes(const Spec& spec, double length) {
    if (spec.family == "cosine" || spec.family == "modes") {
        if (spec.positional.size() > most_waves + 1) {
            throw std::invalid_argument(
                fmt::format("{} has more than {} coefficients", spec.family, most_waves));
        }
        return {spec.positional, false};
    }
    if (spec.family == "gaussian") {
        return gaussian(spec.family, spec.at("strength"), spec.at("width"), length);
    }
    if (spec.family == "difference_of_gaussians") {
        return difference(gaussian(spec.family, spec.at("strength1"), spec.at("width1"), length),
                          gaussian(spec.family, spec.at("strength2"), spec.at("width2"), length));
    }
    if (spec.family == "von_mises") {
        return von_mises(spec.family, spec.at("strength"), spec.at("concentration"));
    }
    throw std::invalid_argument(fmt::format("{} is no kernel along one direction", spec.family));
}

/// A kernel along each direction, multiplied: cos a cos b = [cos(a + b) + cos(a - b)] / 2.
Coefficients product(const std::string& family, const Line& first, const Line& second) {
    const auto largest = [](const Line& line) {
        double most = 0.0;
        for (const double c : line.coefficients) {
            most = std::max(most, std::abs(c));
        }
        return most;
    };
    const double least =
        first.smooth || second.smooth ? rounding * largest(first) * largest(second) : 0.0;
    Coefficients sum;
    for (std::size_t i = 0; i < first.coefficients.size(); ++i) {
        for (std::size_t j = 0; j < second.coefficients.size(); ++j) {
            const double c = first.coefficients[i] * second.coefficients[j];
            if (std::abs(c) <= least) {
                continue;
            }
            const int k1 = static_cast<int>(i);
            const int k2 = static_cast<int>(j);
            if (k1 == 0 || k2 == 0) {
                sum[{{k1, k2}}] += c;
            } else {
                sum[{{k1, k2}}] += 0.5 * c;
                sum[{{k1, -k2}}] += 0.5 * c;
            }
            if (sum.size() > 4 * static_cast<std::size_t>(most_waves)) {
                refuse_narrow(family); // long before memory runs out
            }
        }
    }
    return sum;
}

Coefficients listed_modes(const std::vector<double>& numbers) {
    if (numbers.size() % 3 != 0) {
        throw std::invalid_argument("the numbers of modes(...) on a torus are triples k1 k2 c");
    }
    const auto wave_number = [](double k) {
        if (k != std::round(k) || std::abs(k) > most_waves) {
            throw std::invalid_argument(
                fmt::format("{} is no wave number: those are whole numbers from -{} to {}", k,
                            most_waves, most_waves));
        }
        return static_cast<int>(k);
    };
    Coefficients sum;
    for (std::size_t i = 0; i < numbers.size(); i += 3) {
        WaveVector wave{{wave_number(numbers[i]), wave_number(numbers[i + 1])}};
        if (!wave.is_canonical()) {
            wave = {{-wave.k[0], -wave.k[1]}};
        }
        sum[wave] += numbers[i + 2];
    }
    return sum;
}

Coefficients torus_modes(const Spec& spec, const std::array<double, 2>& length, bool& smooth) {
    if (spec.family == "modes") {
        return listed_modes(spec.positional);
    }
    if (spec.family == "product") {
        if (spec.factors.size() != 2) {
            throw std::invalid_argument("product takes two kernels, one for each direction");
        }
        const Line first = line_modes(spec.factors[0], length[0]);
        const Line second = line_modes(spec.factors[1], length[1]);
        smooth = first.smooth || second.smooth;
        return product(spec.family, first, second);
    }
    const Line first = line_modes(spec, length[0]);
    smooth = first.smooth;
    if (spec.family == "cosine") { // c0 + sum_m c_m [cos(2 pi m d1/L1) + cos(2 pi m d2/L2)]
        Coefficients sum;
        for (std::size_t m = 0; m < first.coefficients.size(); ++m) {
            sum[{{static_cast<int>(m), 0}}] = first.coefficients[m];
            sum[{{0, static_cast<int>(m)}}] = first.coefficients[m];
        }
        return sum;
    }
    if (spec.family == "difference_of_gaussians") {
        const auto part = [&](const std::string& strength, const std::string& width) {
            return product(spec.family,
                           gaussian(spec.family, spec.at(strength), spec.at(width), length[0]),
                           gaussian(spec.family, 1.0, spec.at(width), length[1]));
        };
        Coefficients sum = part("strength1", "width1");
        for (const auto& [wave, c] : part("strength2", "width2")) {
            sum[wave] -= c;
        }
        return sum;
    }
    // gaussian (isotropic: exp factorises) and von_mises: `strength` counts once
    Spec unit = spec;
    unit.parameters["strength"] = 1.0;
    return product(spec.family, first, line_modes(unit, length[1]));
}

Coefficients ring_modes(const Spec& spec, double length, bool& smooth) {
    const Line line = line_modes(spec, length);
    smooth = line.smooth;
    Coefficients sum;
    for (std::size_t m = 0; m < line.coefficients.size(); ++m) {
        sum[{{static_cast<int>(m), 0}}] = line.coefficients[m];
    }
    return sum;
}

Coefficients point_modes(const Spec& spec) {
    const auto& c = spec.positional;
    const bool list = spec.family == "cosine" || spec.family == "modes";
    if (!list || c.empty() ||
        std::any_of(c.begin() + 1, c.end(), [](double later) { return later != 0.0; })) {
        throw std::invalid_argument("a point has no distances: only cosine(c0) is allowed there");
    }
    return {{WaveVector{}, c.front()}};
}

} // namespace

double KernelModes::coefficient(const WaveVector& wave) const {
    const auto found = coefficients.find(wave);
    return found == coefficients.end() ? 0.0 : found->second;
}

KernelModes kernel_modes(const config::FunctionSpec& spec, const config::Domain& domain) {
    bool smooth = false;
    Coefficients all;
    switch (domain.kind) {
    case config::DomainKind::point:
        all = point_modes(spec);
        break;
    case config::DomainKind::ring:
        all = ring_modes(spec, domain.length[0], smooth);
        break;
    case config::DomainKind::torus:
        all = torus_modes(spec, domain.length, smooth);
        break;
    }
    double largest = 0.0;
    for (const auto& [wave, c] : all) {
        largest = std::max(largest, std::abs(c));
    }
    const double least = smooth ? kernel_truncation * largest : 0.0;
    KernelModes kernel;
    for (const auto& [wave, c] : all) {
        if (c != 0.0 && std::abs(c) >= least) {
            kernel.coefficients[wave] = c;
        } else if (c != 0.0) {
            kernel.truncated = std::max(kernel.truncated, std::abs(c) / largest);
        }
    }
    if (kernel.coefficients.size() > most_waves + 1) {
        refuse_narrow(spec.family);
    }
    return kernel;
}

} // namespace equipoise::model
