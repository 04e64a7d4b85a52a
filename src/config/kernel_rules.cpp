#include "equipoise/config/kernel_rules.hpp"

#include "equipoise/config/numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string>

namespace equipoise::config {

namespace {

/// Wave numbers that a kernel may have in one direction.
constexpr double most_waves = 4096.0;

Complaints check_point(const FunctionSpec& kernel) {
    const bool list = kernel.family == "cosine" || kernel.family == "modes";
    if (list && kernel.positional.size() == 1) {
        return {};
    }
    if (list) {
        return {{fmt::format("has {} coefficients, and on a point only the first acts",
                             kernel.positional.size()),
                 fmt::format("write cosine({}), or set domain.kind to ring or torus",
                             write_real(kernel.positional.front()))}};
    }
    return {{fmt::format("{} depends on the distance, and a point has none", kernel.family),
             "write cosine(c0), its constant coefficient, or set domain.kind to ring or torus"}};
}

Complaints check_torus_modes(const FunctionSpec& kernel) {
    Complaints complaints;
    std::set<std::array<double, 2>> seen;
    for (std::size_t i = 0; i + 2 < kernel.positional.size(); i += 3) {
        std::array<double, 2> wave{kernel.positional[i], kernel.positional[i + 1]};
        const std::string name = fmt::format("{} {}", wave[0], wave[1]);
        if (std::any_of(wave.begin(), wave.end(),
                        [](double k) { return k != std::floor(k) || std::abs(k) > most_waves; })) {
            complaints.push_back(
                {fmt::format("the wave numbers {} are not allowed", name),
                 fmt::format("whole numbers from {} to {} are allowed", -most_waves, most_waves)});
            continue;
        }
        // k and -k are the same cosine.
        if (wave[0] < 0.0 || (wave[0] == 0.0 && wave[1] < 0.0)) {
            wave = {-wave[0], -wave[1]};
        }
        wave = {wave[0] + 0.0, wave[1] + 0.0}; // no negative zero
        if (!seen.insert(wave).second) {
            complaints.push_back({fmt::format("the mode {} is given twice", name),
                                  "give it once; k1 k2 and -k1 -k2 are the same mode"});
        }
    }
    return complaints;
}

} // namespace

Complaints check_kernel(const FunctionSpec& kernel, const std::vector<std::size_t>& group_sizes,
                        std::optional<DomainKind> domain) {
    const bool list = kernel.family == "cosine" || kernel.family == "modes";
    const bool triples = kernel.family == "modes" && domain == DomainKind::torus;
    if (list && kernel.positional.empty()) {
        return {{fmt::format("{} has no coefficient", kernel.family),
                 triples ? "write modes(k1 k2 c, ...)"
                         : fmt::format("write {}(c0, c1, ...)", kernel.family)}};
    }
    if (kernel.family == "product" && kernel.factors.size() != 2) {
        return {{fmt::format("has {} factor{}", kernel.factors.size(),
                             kernel.factors.size() == 1 ? "" : "s"),
                 "two are allowed, one for each direction of the torus"}};
    }
    if (!domain) {
        return {};
    }
    const std::size_t group = triples ? 3 : 1;
    if (std::any_of(group_sizes.begin(), group_sizes.end(),
                    [group](std::size_t size) { return size != group; })) {
        return {
            {triples ? "not every mode has three numbers" : "numbers are not separated by commas",
             triples ? "on the torus write modes(k1 k2 c, ...), as in modes(0 0 4, 1 0 2)"
                     : fmt::format("write {}(c0, c1, ...)", kernel.family)}};
    }
    if (*domain == DomainKind::point) {
        return check_point(kernel);
    }
    if (*domain == DomainKind::ring && kernel.family == "product") {
        return {{"a product of two kernels needs two directions, and a ring has one",
                 "write one of the factors, or set domain.kind to torus"}};
    }
    if (list && !triples && static_cast<double>(kernel.positional.size()) > most_waves + 1.0) {
        return {{fmt::format("has {} coefficients", kernel.positional.size()),
                 fmt::format("at most {} are allowed", most_waves + 1.0)}};
    }
    return triples ? check_torus_modes(kernel) : Complaints{};
}

} // namespace equipoise::config
