#pragma once

#include "equipoise/config/config.hpp"
#include "equipoise/domain/placement.hpp"
#include "equipoise/io/output_file.hpp"
#include "equipoise/model/model.hpp"
#include "equipoise/network/measure.hpp"
#include "equipoise/network/solver.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace equipoise::driver {

/// What the network writes into the group /network of the output file (docs/output-format), record
/// by record. All calls are collective.
class NetworkOutput {
  public:
    /// traced: global indices of the traced neurons of each population.
    NetworkOutput(const config::Config& config, const model::Model& model,
                  const network::Measurement& measurement,
                  const std::vector<std::vector<std::int64_t>>& traced);

    void declare(io::Schema& schema) const;
    /// What does not change: positions, traced neurons.
    void begin(io::OutputFile& file, const std::vector<domain::Placement>& placements) const;
    void record(io::OutputFile& file, const network::Record& record) const;
    void density(io::OutputFile& file, double t,
                 const network::Measurement::Density& density) const;
    void trace(io::OutputFile& file, double t, const std::vector<double>& states) const;
    /// The states of all neurons; the solver must be settled.
    void snapshot(io::OutputFile& file, const network::NetworkSolver& solver) const;

  private:
    void declare_bins(io::Schema& schema) const;
    void declare_records(io::Schema& schema) const;
    void declare_densities(io::Schema& schema) const;
    void declare_traces(io::Schema& schema) const;
    void declare_snapshots(io::Schema& schema) const;
    /// Names of the coordinates: none on a point, x, or x1 and x2.
    [[nodiscard]] std::vector<std::string> position_names() const;

    const config::Config* config_;
    std::vector<std::string> populations_; ///< names
    std::vector<std::string> modes_;       ///< names of the recorded modes
    std::vector<std::string> pairs_;       ///< names of the pairs with a covariance
    bool iterative_;                       ///< the balance is solved by GMRES
    std::int64_t bins_, bins_per_direction_;
    std::vector<std::vector<std::int64_t>> traced_;
    std::size_t traces_ = 0; ///< the most traced neurons of a population
};

} // namespace equipoise::driver
