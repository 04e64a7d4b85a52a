#pragma once

#include "equipoise/fluctuations/population.hpp"
#include "equipoise/kinetic/grid.hpp"
#include "equipoise/kinetic/rates.hpp"

#include <Eigen/Sparse>

namespace equipoise::fluctuations {

/// The stationary state of the kinetic solver's birth-death chain on a fixed grid, and its
/// eigenfunctions.
struct Chain {
    Eigen::VectorXd z;    ///< states at the cells' centres
    Eigen::VectorXd mass; ///< stationary, sum 1
    Eigen::VectorXd up, down;
    Eigen::VectorXd
        push; ///< derivative of dp/dt with respect to the input, at the stationary masses
};

/// A population by the kinetic solver's finite volumes (kinetic/rates.hpp). The chain is reversible
/// with respect to its stationary masses m, so that A = m^(1/2) S m^(-1/2) with S symmetric and
/// tridiagonal: its eigenvectors q_k give psi_k = q_k/m^(1/2), and its rates are real. The chain's
/// own jump noise has covariance 2 |lambda_k| in these coordinates, so that independent neurons
/// have exactly the covariance I/n.
///
/// In discrete time: Euler's transition density on the same centres (midpoint rule, which converges
/// faster than any power once cells are below the step's noise), projected on the psi_k. Where that
/// needs more than most_transition_cells: the semigroup exp(dt A).
class ChainPopulation final : public PopulationTheory {
  public:
    /// Throws NumericsError when there is no stationary density.
    ChainPopulation(const model::Population& population, double iota, double mean,
                    const TimeForm& time, std::size_t cells);

    [[nodiscard]] Stationary stationary(double input) override;
    [[nodiscard]] Linearisation linearise(double input) override;
    bool adapt(double input) override;

    /// Whether discrete time is by Euler's transition density.
    [[nodiscard]] bool has_transition() const noexcept { return transition_; }

  private:
    void lay_grid(double mean);
    [[nodiscard]] Chain chain(double input);
    /// Euler's transition probabilities between cells, (to, from), and their derivatives with
    /// respect to a displacement.
    struct Transition {
        Eigen::SparseMatrix<double> to, push;
    };
    [[nodiscard]] Transition transition(double input) const;
    [[nodiscard]] Eigen::VectorXd centres() const;
    /// The stationary masses of the recorded state.
    [[nodiscard]] Eigen::VectorXd masses(double input);
    [[nodiscard]] Eigen::VectorXd shifted(const Eigen::VectorXd& z, double lag) const;

    const model::Population* population_;
    double iota_;
    TimeForm time_;
    std::size_t wanted_cells_;
    double reference_ = 0.0; ///< mean about which the grid is laid
    kinetic::Grid grid_;
    kinetic::RateEvaluator evaluator_;
    bool transition_ = false;
};

} // namespace equipoise::fluctuations
