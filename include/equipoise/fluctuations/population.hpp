#pragma once

#include "equipoise/config/config.hpp"
#include "equipoise/model/model.hpp"

#include <Eigen/Dense>

#include <cstddef>
#include <memory>
#include <vector>

/// One population of neurons, all under the same constant input h, near its stationary density p:
///
///   z' = f(z) + iota + h + noise
///
/// in continuous time or as the network's scheme steps it. Independent neurons make the empirical
/// density fluctuate about p; `Linearisation` is that fluctuation's linear dynamics in coordinates
/// x_k = <psi_k, eta>, k = 1 ... modes, with functions psi_k that are orthonormal under p (exactly
/// or nearly) and orthogonal to 1, so that independent neurons have covariance I/n.
namespace equipoise::fluctuations {

/// What is stepped, and how.
struct TimeForm {
    double step = 0.0; ///< dt; 0: continuous time
    config::Scheme scheme = config::Scheme::balanced;
    bool exact = false; ///< local step by the exact transition; else by Euler's

    [[nodiscard]] bool is_continuous() const { return step == 0.0; }
    /// How far a neuron is pushed by the input h between the state from which the balanced scheme
    /// computes its moments (z*, before the push) and the recorded one: dt h; otherwise 0.
    [[nodiscard]] double lag(double input) const {
        return scheme == config::Scheme::balanced ? step * input : 0.0;
    }
    /// Whether fluctuations of E[G'] act: they do in the balanced scheme's matrix.
    [[nodiscard]] bool corrects_slopes() const {
        return !is_continuous() && scheme == config::Scheme::balanced;
    }
};

/// Averages over the stationary density under an input h. Gains by the model's gain index, at
/// z - lag(h).
struct Stationary {
    double mean = 0.0;
    double variance = 0.0;
    std::vector<double> gain;  ///< E[G]
    std::vector<double> slope; ///< E[G']
};

/// Dynamics and observables of the fluctuation. Continuous: dx = evolution x dt + noise; else
/// x <- evolution x + noise, a step without a change of the input.
struct Linearisation {
    Eigen::MatrixXd evolution;           ///< (k, k)
    Eigen::MatrixXd noise;               ///< (k, k) covariance per unit of time or step, one neuron
    Eigen::VectorXd response;            ///< by a push of all neurons, per unit of displacement
    Eigen::VectorXd state;               ///< of z - mean
    Eigen::VectorXd square;              ///< of (z - mean)^2
    std::vector<Eigen::VectorXd> gains;  ///< of G(z - lag)
    std::vector<Eigen::VectorXd> slopes; ///< of G'(z - lag); where TimeForm::corrects_slopes()
};

class PopulationTheory {
  public:
    PopulationTheory() = default;
    PopulationTheory(const PopulationTheory&) = delete;
    PopulationTheory& operator=(const PopulationTheory&) = delete;
    virtual ~PopulationTheory() = default;

    [[nodiscard]] virtual Stationary stationary(double input) = 0;
    [[nodiscard]] virtual Linearisation linearise(double input) = 0;
    /// Fits internal grids to the stationary density under this input; true when they changed and
    /// results with them (by their discretisation error).
    virtual bool adapt(double input) = 0;
};

/// How populations are represented.
struct Representation {
    /// Hermite functions where drift is linear and noise constant; false: the kinetic solver's grid
    /// and rates for every population.
    bool hermite = true;
    std::size_t cells = 400; ///< of the finite volumes
};

/// Cells over which Euler's transition density is resolved, at most; a smaller step uses the
/// semigroup exp(dt A) in its place, which differs by O(dt).
inline constexpr std::size_t most_transition_cells = 640;

/// `mean`: where the state is looked for first. Throws NumericsError when drift and noise have no
/// stationary density.
std::unique_ptr<PopulationTheory> make_population(const model::Population& population, double iota,
                                                  double mean, const TimeForm& time,
                                                  const Representation& representation);

} // namespace equipoise::fluctuations
