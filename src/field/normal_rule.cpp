#include "equipoise/field/normal_rule.hpp"

#include "equipoise/model/gauss_hermite.hpp"

#include <fmt/format.h>

#include <cmath>
#include <map>

namespace equipoise::field {

NormalRule NormalRule::gauss_hermite(std::size_t size) {
    // Nodes are eigenvalues, which take longer than all that is done with a rule of a few.
    static std::map<std::size_t, model::GaussHermite> known;
    const model::GaussHermite& rule = known.try_emplace(size, size).first->second;
    return {rule.nodes, rule.weights};
}

NormalRule NormalRule::trapezoidal(double spacing, double reach) {
    const auto half = static_cast<int>(std::ceil(reach / spacing));
    NormalRule rule;
    double sum = 0.0;
    for (int i = -half; i <= half; ++i) {
        const double node = spacing * i;
        rule.nodes.push_back(node);
        rule.weights.push_back(std::exp(-0.5 * node * node));
        sum += rule.weights.back();
    }
    for (double& weight : rule.weights) {
        weight /= sum;
    }
    rule.spacing = spacing;
    rule.reach = reach;
    return rule;
}

std::string NormalRule::name() const {
    return fmt::format("{}, {} nodes", spacing > 0.0 ? "trapezoidal" : "Gauss-Hermite", size());
}

double normal_reach(double error) {
    double reach = 3.0;
    while (reach < 10.0 && reach * reach * std::exp(-0.5 * reach * reach) > error) {
        reach += 0.125;
    }
    return reach;
}

} // namespace equipoise::field
