#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/config/config.hpp"
#include "equipoise/driver/lattice_output.hpp"
#include "equipoise/driver/limit_run.hpp"
#include "equipoise/kinetic/solver.hpp"
#include "equipoise/model/basis.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <span>
#include <string>
#include <vector>

namespace equipoise::driver {

/// The kinetic solver in a run: its clock, and the group /kinetic of the output file.
class KineticRun : public LimitRun {
  public:
    /// recorded: the modes that are written and compared, those of the network. Throws
    /// NumericsError when there is no balanced state to start from.
    KineticRun(const parallel::Communicator& comm, const config::Config& config,
               const balance::Balance& balance, const model::Basis& recorded);

    void declare(io::Schema& schema) const override;
    /// The state at t = 0 is the one projected onto the balanced manifold.
    void begin(io::OutputFile& file) override;
    void restore(const io::CheckpointReader& checkpoint) override;
    void save(Snapshot& snapshot) override;
    [[nodiscard]] double time() const override { return solver_.time(); }
    /// What the projection of the initial means changed, and the effort so far.
    [[nodiscard]] std::string summary() override;

    /// Cumulative distributions of the fluctuations at `edges`, averaged over position bins,
    /// (population, bin, edge); bins by direction, numbered first * bins[1] + second. Collective.
    [[nodiscard]] std::vector<double> distributions(const config::SiteCount& bins,
                                                    std::span<const double> edges) const;
    /// Of this run, without what was before a restart. Collective.
    [[nodiscard]] kinetic::Effort effort() { return solver_.effort(); }
    /// This rank's share of step_seconds() by phase.
    [[nodiscard]] kinetic::StepSeconds phases() const { return solver_.step_seconds(); }
    /// Lines of cells: one for each site and population.
    [[nodiscard]] std::int64_t lines() const {
        return solver_.site_counts()[0] * solver_.site_counts()[1] *
               static_cast<std::int64_t>(output_.populations().size());
    }
    /// Cells of a line.
    [[nodiscard]] std::int64_t cells() const {
        return static_cast<std::int64_t>(solver_.grid().cells);
    }

  private:
    bool step(double t) override { return solver_.step(t); }
    void record(io::OutputFile& file) override;
    void record_density(io::OutputFile& file);
    static LatticeRecord lattice_record(const kinetic::Averages& averages,
                                        const kinetic::SiteFields& fields);

    parallel::Communicator comm_;
    const config::Config* config_;
    const balance::Balance* balance_;
    kinetic::KineticSolver solver_;
    LatticeOutput output_;
    double next_density_ = 0.0;
};

} // namespace equipoise::driver
