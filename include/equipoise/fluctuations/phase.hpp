#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/config/config.hpp"

#include <string>

namespace equipoise::fluctuations {

/// What becomes of the balanced state in the limit n -> infinity, by the eigenvalues of J there.
enum class Phase {
    none,        ///< there is none: no mean satisfies the constraint, or none was found
    attracting,  ///< every real part is negative
    oscillating, ///< a complex pair leads, on or right of the imaginary axis
    unstable,    ///< a real positive eigenvalue leads: states run away from it
    singular     ///< a zero eigenvalue leads, or gains are saturated: balance leaves a direction
                 ///< undetermined
};

/// "none", "attracting", ...
std::string name(Phase phase);

/// One point of a phase diagram.
struct PhasePoint {
    Phase phase = Phase::none;
    double largest_real_part = 0.0; ///< of J's eigenvalues; NaN where there is no balanced state
    double imaginary_part = 0.0;    ///< |Im| of that eigenvalue; frequency sqrt(n) |Im|/(2 pi)
    std::string unknown;            ///< the constraint that weighs most in its eigenvector
    std::string reason;             ///< why there is no balanced state; empty: there is one
};

/// The phase of the configured initial state, its means moved along the modes onto the balanced
/// manifold (model section 2) at t = 0 with the configured variances, Gaussian. What counts
/// as 0: see balance::classify; gains count as saturated where their slopes are below 1e-9 of their
/// values. Throws InputError when the model cannot
/// be built, never because of its dynamics. Cost: milliseconds on point and ring. Serial.
PhasePoint classify_point(const config::Config& config);
PhasePoint classify_point(const balance::Balance& balance);

} // namespace equipoise::fluctuations
