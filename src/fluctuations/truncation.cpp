#include "equipoise/fluctuations/truncation.hpp"

#include <algorithm>

namespace equipoise::fluctuations {

Eigen::Index needed_modes(const Linearisation& full, double tolerance) {
    Eigen::Index needed = 1;
    const auto consider = [&](const Eigen::VectorXd& coefficients) {
        const double allowed = tolerance * coefficients.squaredNorm();
        double rest = 0.0;
        Eigen::Index kept = coefficients.size();
        while (kept > 1 && rest + coefficients[kept - 1] * coefficients[kept - 1] <= allowed) {
            rest += coefficients[kept - 1] * coefficients[kept - 1];
            --kept;
        }
        needed = std::max(needed, kept);
    };
    consider(full.response);
    consider(full.state);
    consider(full.square);
    for (const Eigen::VectorXd& gain : full.gains) {
        consider(gain);
    }
    for (const Eigen::VectorXd& slope : full.slopes) {
        consider(slope);
    }
    return std::min(needed, full.state.size());
}

void truncate(Linearisation& full, Eigen::Index modes) {
    full.evolution = full.evolution.topLeftCorner(modes, modes).eval();
    full.noise = full.noise.topLeftCorner(modes, modes).eval();
    for (Eigen::VectorXd* vector : {&full.response, &full.state, &full.square}) {
        vector->conservativeResize(modes);
    }
    for (Eigen::VectorXd& gain : full.gains) {
        gain.conservativeResize(modes);
    }
    for (Eigen::VectorXd& slope : full.slopes) {
        slope.conservativeResize(modes);
    }
}

} // namespace equipoise::fluctuations
