#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace equipoise::kinetic {

/// The highest order; formulae from 3 on are not stable for all decaying modes, and from 4 on the
/// region left out is no longer small.
inline constexpr std::size_t most_bdf_order = 3;
/// Earlier states that a formula and its error estimate look at.
inline constexpr std::size_t most_earlier_states = most_bdf_order + 1;

/// A backward differentiation formula for steps of any lengths: derivatives of the polynomial
/// through the new state u, at time t, and earlier ones u_0 (the newest), u_1, ...
/// (Hairer, Norsett, Wanner, *Solving Ordinary Differential Equations I*, III.5).
struct BdfWeights {
    using Weights = std::array<double, most_earlier_states>;

    std::size_t states = 0; ///< earlier ones that are looked at
    /// du/dt = shift u + sum_i rate[i] u_i, in 1/time. The weights add up to 0 exactly, in floating
    /// point too: what the system conserves is conserved to the rounding of its own arithmetic, in
    /// however many steps.
    double shift = 0.0;
    Weights rate{};
    /// Extrapolation to t: u = sum_i guess[i] u_i.
    Weights guess{};
    /// Estimate of the local error, error_new u + sum_i error[i] u_i, of a step of order
    /// `error_order`: the formula's defect measured by that of one order more, over the shift.
    /// Order 0: one earlier state is too few for an estimate.
    std::size_t error_order = 0;
    double error_new = 0.0;
    Weights error{};
};

/// For a step to t after states at these times, the newest first and t above it. The order is that
/// asked for, or less where there are fewer states.
BdfWeights bdf_weights(double t, std::span<const double> times, std::size_t order);

} // namespace equipoise::kinetic
