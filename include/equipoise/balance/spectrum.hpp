#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <complex>
#include <string>
#include <vector>

namespace equipoise::balance {

/// Eigenvalues of J. Off balance, perturbations evolve as exp(sqrt(n) J t): the balanced manifold
/// attracts iff every real part is negative.
struct Spectrum {
    std::vector<std::complex<double>> eigenvalues; ///< by descending real part, then imaginary part
    std::vector<std::string> unknowns; ///< the constraint that weighs most in each eigenvector

    [[nodiscard]] double largest_real_part() const;
    /// sqrt(n) |Im lambda| / (2 pi) of the eigenvalue with the largest real part.
    [[nodiscard]] double frequency(double n) const;
};

enum class Stability { attracting, oscillating, unstable, singular };

Spectrum spectrum(const Balance& balance, const Eigen::MatrixXd& jacobian);
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
