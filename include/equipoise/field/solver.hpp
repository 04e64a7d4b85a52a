#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/config/config.hpp"
#include "equipoise/field/results.hpp"
#include "equipoise/parallel/communicator.hpp"
#include "equipoise/parallel/first_ranks.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace equipoise::field {

class SiteSolver;

/// The neural field (model section 3) as a whole: means, variances and multipliers on the
/// configured lattice, started on the balanced manifold and moved in time under the constraint.
/// PETSc must have been started (parallel/petsc.hpp).
///
/// Functions that are not const are collective over the communicator. Where there are more ranks
/// than sites, the last ranks own none; they take part in every call all the same. Results are the
/// same on every number of ranks, to the last bit.
class FieldSolver {
  public:
    using Warning = std::function<void(const std::string&)>;

    /// `balance` and its model must outlive this. `warn` hears of a loss of stability of the
    /// balanced manifold, on rank 0. Throws NumericsError when there is no balanced state to start
    /// from or the lattice is too coarse for the kernels.
    FieldSolver(const parallel::Communicator& comm, const balance::Balance& balance,
                const config::Config& config, Warning warn = {});
    FieldSolver(const FieldSolver&) = delete;
    FieldSolver& operator=(const FieldSolver&) = delete;
    ~FieldSolver();

    /// Steps until time t, which is met exactly. Throws NumericsError when a step fails, the state
    /// blows up or leaves the range of drift, noise and gains.
    void advance(double t);
    /// One time step, not beyond t; true when t is reached.
    bool step(double t);
    [[nodiscard]] double time() const noexcept { return time_; }

    [[nodiscard]] Averages averages();
    /// Of the local sites.
    [[nodiscard]] SiteFields fields() const;
    /// Exact: what is computed is the kinetic limit itself. Gaussian: a moment closure of it.
    [[nodiscard]] Closure closure() const noexcept { return closure_; }
    [[nodiscard]] Quadrature quadrature();

    /// Sites are numbered along the ring, by rows on the torus: site = i1 S2 + i2. A rank's sites
    /// are a contiguous run of them.
    [[nodiscard]] const config::SiteCount& site_counts() const noexcept { return counts_; }
    [[nodiscard]] std::int64_t first_site() const noexcept { return first_; }
    [[nodiscard]] std::int64_t local_sites() const noexcept { return local_; }
    [[nodiscard]] model::Position site_position(std::int64_t site) const;
    /// eps of r = eps h: 0 in the limit, 1/sqrt(n) for field.size = network.
    [[nodiscard]] double epsilon() const noexcept { return epsilon_; }
    [[nodiscard]] const balance::InitialProjection& initial_projection() const noexcept {
        return projection_;
    }
    [[nodiscard]] Effort effort();

    /// The state, for a checkpoint: a run restored from it takes the same steps as this one, to the
    /// last bit.
    [[nodiscard]] SavedState save();
    /// Goes on from a saved state, whose sites must be this rank's.
    void restore(const SavedState& saved);

  private:
    parallel::Communicator comm_;
    config::Domain domain_;
    config::SiteCount counts_;
    int members_; ///< ranks with sites, the first ones
    parallel::FirstRanks ranks_;
    std::int64_t first_ = 0, local_ = 0;
    double epsilon_ = 0.0;
    Closure closure_ = Closure::exact;
    double time_ = 0.0;
    balance::InitialProjection projection_;
    std::unique_ptr<SiteSolver> sites_; ///< null on a rank without sites
};

} // namespace equipoise::field
