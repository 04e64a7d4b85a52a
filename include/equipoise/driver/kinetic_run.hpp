#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/config/config.hpp"
#include "equipoise/driver/record_view.hpp"
#include "equipoise/io/output_file.hpp"
#include "equipoise/kinetic/solver.hpp"
#include "equipoise/model/basis.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <span>
#include <string>
#include <vector>

namespace equipoise::driver {

/// The kinetic solver in a run: its clock, and the group /kinetic of the output file.
class KineticRun {
  public:
    /// recorded: the modes that are written and compared, those of the network. Throws
    /// NumericsError when there is no balanced state to start from.
    KineticRun(const parallel::Communicator& comm, const config::Config& config,
               const balance::Balance& balance, const model::Basis& recorded);

    void declare(io::Schema& schema) const;
    /// Records the state at t = 0, projected onto the balanced manifold.
    void begin(io::OutputFile& file);
    /// Goes to time t and records.
    void advance(double t, io::OutputFile& file);

    [[nodiscard]] const RecordView& last() const noexcept { return last_; }
    /// Cumulative distributions of the fluctuations at `edges`, averaged over position bins,
    /// (population, bin, edge); bins by direction, numbered first * bins[1] + second. Collective.
    [[nodiscard]] std::vector<double> distributions(const config::SiteCount& bins,
                                                    std::span<const double> edges) const;
    /// What the projection of the initial means changed, and the effort so far, in a few lines.
    [[nodiscard]] std::string summary();
    [[nodiscard]] double seconds() const noexcept { return seconds_; }

  private:
    void record(io::OutputFile& file);
    void record_density(io::OutputFile& file);
    [[nodiscard]] std::vector<double> in_recorded_modes(const std::vector<double>& values) const;
    void make_view(const kinetic::Averages& averages, const kinetic::SiteFields& fields);

    parallel::Communicator comm_;
    const config::Config* config_;
    const balance::Balance* balance_;
    model::Basis recorded_;
    kinetic::KineticSolver solver_;
    std::vector<std::string> populations_, modes_;
    RecordView last_;
    double next_density_ = 0.0;
    double seconds_ = 0.0;
};

} // namespace equipoise::driver
