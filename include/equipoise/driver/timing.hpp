#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/config/config.hpp"
#include "equipoise/driver/ensemble.hpp"
#include "equipoise/driver/field_run.hpp"
#include "equipoise/driver/json.hpp"
#include "equipoise/driver/kinetic_run.hpp"
#include "equipoise/driver/network_run.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace equipoise::driver {

/// The phases of a timing record. Every record has all of them, 0 where nothing was done.
enum class Phase {
    noise,            ///< drawing the network's noise
    update,           ///< kick, drift and noise intensity of the network's neurons
    moments,          ///< gains and their moments
    allreduce_wait,   ///< for the network's sum over ranks, after all noise that could be drawn
    balance,          ///< from the network's sums to its multipliers: the linear system
    kinetic_assembly, ///< rates and residuals
    kinetic_solve,    ///< factorisations and solutions
    kinetic_moments,  ///< gains on the cells, their averages over all sites
    kinetic_rest,     ///< of its steps: time stepper, vectors, norms, limiter, checks; waiting
                      ///< where a rank has no sites
    field,            ///< the field solver's steps
    output,           ///< measuring, comparing and writing
    checkpoint,       ///< writing checkpoints
};
constexpr std::size_t phase_count = static_cast<std::size_t>(Phase::checkpoint) + 1;

/// Seconds of a run on this rank, by the clock on the wall and of the processor. Where a process
/// shares its core with others, the second are fewer.
struct RunSeconds {
    double wall = 0.0, processor = 0.0;
};

/// Of this process since its start.
double processor_seconds();

/// What a run took on this rank, for scaling studies.
class Timing {
  public:
    /// seconds: of the run from opening its output on.
    Timing(const config::Config& config, const balance::Balance& balance, RunSeconds seconds);

    void add(const NetworkRun& run);
    /// Collective, like the next two.
    void add(const Ensemble& run);
    void add(KineticRun& run);
    void add(FieldRun& run);
    void add(Phase phase, double seconds) { phases_[static_cast<std::size_t>(phase)] += seconds; }

    /// The record (docs/scaling.md explains its members) on every rank. Collective.
    [[nodiscard]] JsonObject record(const parallel::Communicator& comm) const;

  private:
    void add(const NetworkRun& run, const NetworkPhases& phases, std::int64_t realisations,
             std::int64_t steps);

    JsonObject problem_; ///< what was computed, the same on every rank
    std::array<double, phase_count> phases_{};
    RunSeconds seconds_;
    std::int64_t neuron_steps_ = 0, cell_updates_ = 0;
    double network_seconds_ = 0.0, kinetic_seconds_ = 0.0;
};

/// Fails early, before the run, where a record could not be written after it. Call on one rank.
/// Throws FileSystemError.
void require_timing_file(const std::string& path);

/// Writes a record; under its final name it is whole. Call on one rank. Throws FileSystemError.
void write_timing(const std::string& path, const JsonObject& record);

} // namespace equipoise::driver
