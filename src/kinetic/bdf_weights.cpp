#include "equipoise/kinetic/bdf_weights.hpp"

#include "equipoise/util/errors.hpp"

#include <algorithm>
#include <cmath>

namespace equipoise::kinetic {

namespace {

struct Derivative {
    double at_new = 0.0;
    BdfWeights::Weights at{};
};

/// Of Lagrange's polynomials through t and the first `count` of the times, at t.
Derivative derivative(double t, std::span<const double> times, std::size_t count) {
    Derivative result;
    for (std::size_t i = 0; i < count; ++i) {
        result.at_new += 1.0 / (t - times[i]);
        double weight = 1.0 / (times[i] - t);
        for (std::size_t j = 0; j < count; ++j) {
            if (j != i) {
                weight *= (t - times[j]) / (times[i] - times[j]);
            }
        }
        result.at[i] = weight;
    }
    return result;
}

/// Rounds to multiples of a power of two so large that sums of the results are exact.
void make_sum_exact(BdfWeights& weights) {
    constexpr int bits = 44; // of 53: room for the sums; what is cut off is below 1e-13 of a weight
    const double unit = std::ldexp(1.0, std::ilogb(weights.shift) - bits);
    weights.shift = 0.0;
    for (double& weight : weights.rate) {
        weight = std::nearbyint(weight / unit) * unit;
        weights.shift -= weight;
    }
}

} // namespace

BdfWeights bdf_weights(double t, std::span<const double> times, std::size_t order) {
    ensure(!times.empty() && t > times[0], "a step goes forward from a state");
    ensure(order >= 1 && order <= most_bdf_order, "the formula's order is one that there is");
    BdfWeights weights;
    weights.states = std::min(order + 1, times.size());
    const std::size_t formula_order = std::min(order, times.size());
    const Derivative rate = derivative(t, times, formula_order);
    weights.shift = rate.at_new;
    weights.rate = rate.at;
    make_sum_exact(weights);
    for (std::size_t i = 0; i < weights.states; ++i) {
        weights.guess[i] = 1.0;
        for (std::size_t j = 0; j < weights.states; ++j) {
            if (j != i) {
                weights.guess[i] *= (t - times[j]) / (times[i] - times[j]);
            }
        }
    }
    weights.error_order = std::min(formula_order, times.size() - 1);
    if (weights.error_order > 0) {
        const Derivative lower = derivative(t, times, weights.error_order);
        const Derivative higher = derivative(t, times, weights.error_order + 1);
        weights.error_new = (higher.at_new - lower.at_new) / lower.at_new;
        for (std::size_t i = 0; i < weights.states; ++i) {
            weights.error[i] = (higher.at[i] - lower.at[i]) / lower.at_new;
        }
    }
    return weights;
}

} // namespace equipoise::kinetic
