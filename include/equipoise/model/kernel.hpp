#pragma once

#include "equipoise/config/config.hpp"
#include "equipoise/model/basis.hpp"

#include <map>

namespace equipoise::model {

/// A translation-invariant even kernel by its modes: K(d) = sum_k c_k cos(2 pi k.d/L) over
/// canonical wave vectors k, under the normalised measure (model section 1).
struct KernelModes {
    std::map<WaveVector, double> coefficients; ///< non-zero ones only
    double truncated = 0.0; ///< largest |c_k| left out, relative to the largest kept; 0: none was

    [[nodiscard]] double coefficient(const WaveVector& wave) const;
};

/// Fourier coefficients of smooth kernels are kept down to this part of the largest.
inline constexpr double kernel_truncation = 1e-12;

/// Modes of a kernel of the catalogue on a domain. Throws std::invalid_argument in the user's
/// terms.
KernelModes kernel_modes(const config::FunctionSpec& spec, const config::Domain& domain);

} // namespace equipoise::model
