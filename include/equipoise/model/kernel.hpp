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

/// Largest wave number of a kernel, and (the constant aside) largest number of its wave vectors:
/// with more, tables and linear systems of the balance would be out of reach.
inline constexpr int most_waves = 4096;

/// Modes of a kernel of the catalogue on a domain:
///   cosine                   the coefficients given; torus: along both directions alike
///   modes                    the coefficients given; torus: triples k1, k2, c_k
///   gaussian                 c_k = (2 for k != 0) strength exp(-|2 pi k width/L|^2 / 2)
///   difference_of_gaussians  the difference of two
///   von_mises                c_m = (2 for m != 0) strength I_m(concentration)/I_0(concentration);
///                            torus: the product over both directions
///   product                  torus: a kernel along each direction
/// Throws std::invalid_argument in the user's terms when a kernel has no meaning on the domain or
/// too many modes.
KernelModes kernel_modes(const config::FunctionSpec& spec, const config::Domain& domain);

} // namespace equipoise::model
