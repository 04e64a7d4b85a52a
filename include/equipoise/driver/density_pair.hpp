#pragma once

#include "equipoise/config/config.hpp"
#include "equipoise/driver/kinetic_run.hpp"
#include "equipoise/driver/network_run.hpp"
#include "equipoise/io/output_file.hpp"
#include "equipoise/model/model.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace equipoise::driver {

/// The network's histograms of fluctuations against the kinetic densities, by population and
/// position bin, at the output times at which the network made histograms: Kolmogorov-Smirnov and
/// Wasserstein-1 distances in the group /comparison/network_kinetic (which SolverPair declares).
class DensityPair {
  public:
    DensityPair(const config::Config& config, const model::Model& model, const NetworkRun& network);

    void declare(io::Schema& schema) const;
    /// Compares where the network has a histogram of the time that both have reached. Collective.
    void record(io::OutputFile& file, const NetworkRun& network, KineticRun& kinetic);
    void save(Snapshot& snapshot) const;
    void restore(const io::CheckpointReader& checkpoint);
    /// One line for a terminal; "" where nothing was compared.
    [[nodiscard]] std::string table() const;

  private:
    std::vector<std::string> populations_;
    std::vector<double> neurons_; ///< of each population in a bin, on average
    config::SiteCount bins_;      ///< by direction
    std::vector<double> edges_;   ///< of the histograms' cells
    std::int64_t records_ = 0;
    double largest_ = 0.0; ///< Kolmogorov-Smirnov
    double largest_in_criticals_ = 0.0;
    double largest_wasserstein_ = 0.0;
};

} // namespace equipoise::driver
