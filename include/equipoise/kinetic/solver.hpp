#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/config/config.hpp"
#include "equipoise/kinetic/grid.hpp"
#include "equipoise/kinetic/results.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace equipoise::kinetic {

class SiteSolver;

/// The kinetic limit (model section 2) as a whole: means, densities and multipliers on the
/// configured lattice and grid, started on the balanced manifold and moved in time under the
/// constraint. PETSc must have been started (parallel/petsc.hpp).
///
/// Functions that are not const are collective over the communicator. Where there are more ranks
/// than sites, the last ranks own none; they take part in every call all the same.
class KineticSolver {
  public:
    using Warning = std::function<void(const std::string&)>;

    /// `balance` and its model must outlive this. `warn` hears of a loss of stability of the
    /// balanced manifold (unless kinetic.stop_when_unstable makes that an error), on rank 0.
    /// Throws NumericsError when there is no balanced state to start from or no range in y.
    KineticSolver(const parallel::Communicator& comm, const balance::Balance& balance,
                  const config::Config& config, Warning warn = {});
    KineticSolver(const KineticSolver&) = delete;
    KineticSolver& operator=(const KineticSolver&) = delete;
    ~KineticSolver();

    /// Steps until time t, which is met exactly. Throws NumericsError when a step fails, the state
    /// is not finite or mass reaches an end of the range.
    void advance(double t);
    /// One time step, not beyond t; true when t is reached.
    bool step(double t);
    [[nodiscard]] double time() const noexcept { return time_; }

    [[nodiscard]] Averages averages();
    /// Of the local sites.
    [[nodiscard]] SiteFields fields() const;
    /// p_a at the local sites, (local site, cell).
    [[nodiscard]] std::vector<double> density(std::size_t population) const;

    /// Sites are numbered along the ring, by rows on the torus: site = i1 S2 + i2. A rank's sites
    /// are a contiguous run of them.
    [[nodiscard]] const config::SiteCount& site_counts() const noexcept { return counts_; }
    [[nodiscard]] std::int64_t first_site() const noexcept { return first_; }
    [[nodiscard]] std::int64_t local_sites() const noexcept { return local_; }
    [[nodiscard]] model::Position site_position(std::int64_t site) const;
    /// The cells in y, the same for every population and site.
    [[nodiscard]] const Grid& grid() const noexcept { return grid_; }
    /// eps of r = eps h: 0 in the limit, 1/sqrt(n) for kinetic.size = network.
    [[nodiscard]] double epsilon() const noexcept { return epsilon_; }
    [[nodiscard]] const InitialProjection& initial_projection() const noexcept {
        return projection_;
    }
    [[nodiscard]] Effort effort();
    [[nodiscard]] StepSeconds step_seconds() const;

    /// The state, for a checkpoint; empty on a rank without sites.
    [[nodiscard]] SavedState save() const;
    /// Goes on from a saved state, whose lines must be this rank's: first_site() and local_sites()
    /// times the number of populations. On as many ranks, the steps that follow have the bits of
    /// those that the saved solver would have taken.
    void restore(const SavedState& saved);

  private:
    template <class Body>
    void together(const Body& body);
    [[nodiscard]] std::vector<double> shared(std::vector<double> values) const;

    parallel::Communicator comm_;
    config::Domain domain_;
    config::SiteCount counts_;
    std::int64_t first_ = 0, local_ = 0;
    int members_; ///< ranks with sites, the first ones
    Grid grid_;
    double epsilon_;
    double time_ = 0.0;
    InitialProjection projection_;
    struct Members;
    std::unique_ptr<Members> group_;    ///< the communicator of the ranks with sites
    std::unique_ptr<SiteSolver> sites_; ///< null on a rank without sites
};

} // namespace equipoise::kinetic
