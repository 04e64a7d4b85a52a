#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/balance/spectrum.hpp"
#include "equipoise/config/config.hpp"
#include "equipoise/driver/density_pair.hpp"
#include "equipoise/driver/run_solvers.hpp"
#include "equipoise/driver/snapshot.hpp"
#include "equipoise/driver/solver_pair.hpp"
#include "equipoise/driver/stability_output.hpp"
#include "equipoise/io/checkpoint.hpp"
#include "equipoise/io/output_file.hpp"
#include "equipoise/model/basis.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace equipoise::driver {

/// What the solvers of a run are seen against: each other, in pairs, and the stability of the
/// balanced state with the fluctuations that theory predicts from it.
class Comparisons {
  public:
    /// initial: the spectrum of J at the initial state, for runs of the network alone. The other
    /// arguments must outlive this.
    Comparisons(const config::Config& config, const balance::Balance& balance,
                const model::Basis& recorded, const RunSolvers& solvers, balance::Spectrum initial);

    void declare(io::Schema& schema) const;
    /// What all solvers have recorded at one time. Collective.
    void record(io::OutputFile& file);
    void save(Snapshot& snapshot) const;
    void restore(const io::CheckpointReader& checkpoint);
    /// After the last record.
    void finish(io::OutputFile& file);
    /// After finish().
    [[nodiscard]] const fluctuations::Prediction& prediction() const noexcept {
        return stability_.prediction();
    }
    /// Tables for a terminal, after finish(); some may be empty.
    [[nodiscard]] std::vector<std::string> tables() const;

  private:
    struct Compared {
        std::size_t first, second; ///< of the solvers
        SolverPair pair;
    };

    const RunSolvers* solvers_;
    balance::Spectrum initial_;
    std::vector<Compared> compared_;
    std::optional<DensityPair> densities_;
    StabilityOutput stability_;
};

} // namespace equipoise::driver
