#pragma once

#include "equipoise/network/solver.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace equipoise::network {

/// Adds integers over all ranks, in place.
using SumOverRanks = std::function<void(std::span<std::int64_t>)>;

/// Wave vectors whose modes are recorded: the kernels' and, with network.modes = m >= 0, all up to
/// m in each direction.
model::Basis recorded_basis(const model::Model& model, std::int64_t modes);

/// What is recorded of the network at one time. All sums are exact over blocks, so the values have
/// the same bits on any number of ranks.
struct Record {
    double time = 0.0;
    std::vector<double> mean;       ///< (population): average of z
    std::vector<double> variance;   ///< (population): average of (z - vhat(x))^2
    std::vector<double> covariance; ///< (pair): average of (z - vhat(x)) (z' - vhat'(x))
    std::vector<double> mean_modes; ///< (population, mode): average of phi_p(x) z
    std::vector<double> balance;    ///< (population, mode): residual r; 0 where inactive
    std::vector<double> input;      ///< (population, mode): h = sqrt(n) r
    int iterations = 0; ///< of GMRES in the step before, where that is the balance's solver
    std::vector<double> profile_mean;     ///< (population, bin): average of z, NaN in an empty bin
    std::vector<double> profile_variance; ///< (population, bin): about that bin's mean
};

/// Makes records. vhat(x) = sum_p mean_modes^p / norm_p phi_p(x) is the mean field rebuilt from the
/// recorded modes.
class Measurement {
  public:
    /// bins: position bins, on the torus a perfect square; 0 or a point domain: no profiles.
    Measurement(NetworkSolver& solver, const std::vector<domain::Placement>& placements,
                const model::Basis& recorded, std::int64_t bins, std::int64_t density_cells,
                std::array<double, 2> density_range);

    /// Settles the network and measures it. Collective through `sum`.
    Record measure(const SumOverRanks& sum);

    /// Histogram of z - vhat(x), (population, bin, cell) as a density in y whose integral over the
    /// range is the part of the bin's neurons inside; `outside`: (population, bin), the part
    /// outside. Uses the mean field of the last measure(), which must be of the same time.
    struct Density {
        std::vector<double> values;
        std::vector<double> outside;
    };
    Density density(const SumOverRanks& sum);

    [[nodiscard]] const NetworkSolver& solver() const noexcept { return *solver_; }
    [[nodiscard]] const model::Basis& recorded() const noexcept { return recorded_; }
    /// Position bins in all; 1 on a point.
    [[nodiscard]] std::int64_t bin_count() const noexcept { return bins_; }
    [[nodiscard]] std::int64_t bins_per_direction() const noexcept { return per_direction_; }

  private:
    struct Population {
        Geometry geometry; ///< of the recorded modes
        const domain::Placement* placement;
    };

    template <class Visit>
    void for_each_block(Visit&& visit);
    /// Record::covariance, once the mean fields are set.
    [[nodiscard]] std::vector<double> covariances(const SumOverRanks& sum);

    NetworkSolver* solver_;
    model::Basis recorded_;
    std::vector<std::size_t> modes_; ///< 0, 1, ... recorded_.size() - 1
    std::vector<Population> populations_;
    balance::DriveModes drive_;
    std::int64_t bins_, per_direction_;
    std::int64_t cells_;
    std::array<double, 2> range_;
};

} // namespace equipoise::network
