#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/config/config.hpp"
#include "equipoise/driver/lattice_output.hpp"
#include "equipoise/driver/limit_run.hpp"
#include "equipoise/field/solver.hpp"
#include "equipoise/model/basis.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <cstdint>
#include <string>

namespace equipoise::driver {

/// The field solver in a run: its clock, and the group /field of the output file.
class FieldRun : public LimitRun {
  public:
    /// recorded: the modes that are written and compared, those of the network. Throws
    /// NumericsError when there is no balanced state to start from.
    FieldRun(const parallel::Communicator& comm, const config::Config& config,
             const balance::Balance& balance, const model::Basis& recorded);

    void declare(io::Schema& schema) const override;
    /// The state at t = 0 is the one projected onto the balanced manifold.
    void begin(io::OutputFile& file) override;
    void restore(const io::CheckpointReader& checkpoint) override;
    void save(Snapshot& snapshot) override;
    [[nodiscard]] double time() const override { return solver_.time(); }
    /// Whether the closure is exact, how good the expectations are, and the effort.
    [[nodiscard]] std::string summary() override;

    /// Of this run, without what was before a restart. Collective.
    [[nodiscard]] field::Effort effort() { return solver_.effort(); }
    /// Sites of all ranks.
    [[nodiscard]] std::int64_t sites() const {
        return solver_.site_counts()[0] * solver_.site_counts()[1];
    }

  private:
    bool step(double t) override { return solver_.step(t); }
    void record(io::OutputFile& file) override;
    static LatticeRecord lattice_record(const field::Averages& averages,
                                        const field::SiteFields& fields);

    [[nodiscard]] std::uint64_t stride() const;

    parallel::Communicator comm_;
    field::FieldSolver solver_;
    LatticeOutput output_;
};

} // namespace equipoise::driver
