#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/config/config.hpp"
#include "equipoise/driver/lattice_output.hpp"
#include "equipoise/driver/solver_run.hpp"
#include "equipoise/field/solver.hpp"
#include "equipoise/model/basis.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <string>

namespace equipoise::driver {

/// The field solver in a run: its clock, and the group /field of the output file.
class FieldRun : public SolverRun {
  public:
    /// recorded: the modes that are written and compared, those of the network. Throws
    /// NumericsError when there is no balanced state to start from.
    FieldRun(const parallel::Communicator& comm, const config::Config& config,
             const balance::Balance& balance, const model::Basis& recorded);

    void declare(io::Schema& schema) const override;
    /// The state at t = 0 is the one projected onto the balanced manifold.
    void begin(io::OutputFile& file) override;
    void restore(const io::CheckpointReader& checkpoint) override;
    Request advance(double t, io::OutputFile& file, Requests& requests) override;
    void save(Snapshot& snapshot) override;
    [[nodiscard]] double time() const override { return solver_.time(); }
    [[nodiscard]] RecordView view() const override { return last_; }
    /// Whether the closure is exact, how good the expectations are, and the effort.
    [[nodiscard]] std::string summary() override;
    /// Of J at the last record.
    [[nodiscard]] const balance::Spectrum& spectrum() const { return spectrum_; }
    /// Seconds of this rank in steps, and in recording.
    [[nodiscard]] double step_seconds() const { return seconds_; }
    [[nodiscard]] double output_seconds() const { return output_seconds_; }

  private:
    void record(io::OutputFile& file);
    static LatticeRecord lattice_record(const field::Averages& averages,
                                        const field::SiteFields& fields);

    parallel::Communicator comm_;
    field::FieldSolver solver_;
    LatticeOutput output_;
    RecordView last_;
    balance::Spectrum spectrum_;
    double seconds_ = 0.0, output_seconds_ = 0.0;
};

} // namespace equipoise::driver
