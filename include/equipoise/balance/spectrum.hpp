#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <complex>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace equipoise::balance {

/// Eigenvalues of J. Off balance, perturbations evolve as exp(sqrt(n) J t): the balanced manifold
/// attracts iff every real part is negative.
struct Spectrum {
    std::vector<std::complex<double>> eigenvalues; ///< by descending real part, then imaginary part
    std::vector<std::string> unknowns; ///< the constraint that weighs most in each eigenvector
    /// Where J has too many unknowns for its eigenvalues and these are the ones of its uniform part
    /// (ModeJacobian): the largest mode of E[G'] that was left out, relative to its average. 0: the
    /// eigenvalues are those of J.
    double left_out = 0.0;

    [[nodiscard]] double largest_real_part() const;
    /// sqrt(n) |Im lambda| / (2 pi) of the eigenvalue with the largest real part.
    [[nodiscard]] double frequency(double n) const;
    /// Largest |lambda|; 0 where there are none.
    [[nodiscard]] double radius() const;
};

/// Unknowns up to which the eigenvalues of all of J are computed where it is given by moments. The
/// cost grows like their cube: about a second for so many.
inline constexpr std::size_t most_eigenvalues = 512;

enum class Stability { attracting, oscillating, unstable, singular };

Spectrum spectrum(const Balance& balance, const Eigen::MatrixXd& jacobian);
/// From the moments of order 1; with more than most_eigenvalues unknowns those of the uniform part,
/// which are exact where E[G'] is uniform. slopes: (population), added to J's diagonal; empty:
/// none.
Spectrum spectrum(const Balance& balance, std::span<const double> moments,
                  std::span<const double> slopes = {});
/// A real part within `tolerance` times its eigenvalue's size of 0 counts as 0, and so does an
/// eigenvalue within rounding (1e-13 of the largest).
Stability classify(const Spectrum& spectrum, double tolerance = 1e-9);
/// Rank 0's spectrum on every rank.
Spectrum broadcast(const parallel::Communicator& comm, Spectrum spectrum);
/// In words: "attracting", "oscillating at about 3.6 (period 0.28) for n = 500", "no balanced state
/// ...".
std::string in_words(const Spectrum& spectrum, double n);

/// Largest stable step of the explicit Euler scheme for dy/dt = (sqrt(n) J + slope) y: the least
/// -2 Re mu/|mu|^2 over mu = sqrt(n) lambda + slope; 0 when some mu has no negative real part.
/// `slope` is the local drift's, -1/tau in the linear case.
double largest_explicit_step(const Spectrum& spectrum, double n, double slope);

} // namespace equipoise::balance
