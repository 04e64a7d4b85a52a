#pragma once

#include "equipoise/balance/spectrum.hpp"
#include "equipoise/driver/solver_run.hpp"

namespace equipoise::driver {

/// What a limit of the network (kinetic, field) in a run has in common with the other: its way from
/// one output time to the next.
class LimitRun : public SolverRun {
  public:
    Request advance(double t, io::OutputFile& file, Requests& requests) final;
    [[nodiscard]] RecordView view() const final { return last_; }
    /// Of J at the last record.
    [[nodiscard]] const balance::Spectrum& spectrum() const { return spectrum_; }
    /// Seconds of this rank in steps, and in recording.
    [[nodiscard]] double step_seconds() const { return step_seconds_; }
    [[nodiscard]] double output_seconds() const { return output_seconds_; }

  protected:
    /// One time step, not beyond t; true when t is reached.
    virtual bool step(double t) = 0;
    /// Records the present state; sets last_ and spectrum_.
    virtual void record(io::OutputFile& file) = 0;

    RecordView last_;
    balance::Spectrum spectrum_;
    double step_seconds_ = 0.0, output_seconds_ = 0.0;
};

} // namespace equipoise::driver
