#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/balance/spectrum.hpp"
#include "equipoise/config/config.hpp"
#include "equipoise/driver/snapshot.hpp"
#include "equipoise/fluctuations/prediction.hpp"
#include "equipoise/io/output_file.hpp"
#include "equipoise/model/basis.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace equipoise::driver {

/// The finite-size theory for the network of a configuration (docs/fluctuations.md).
fluctuations::Prediction predict_network(const config::Config& config,
                                         const balance::Balance& balance);
/// Why this theory, of one network's fluctuations over time, does not tell how far realisations of
/// the network are apart; "": it does.
std::string reason_against_realisations(const config::Config& config);
/// In words, a line for each population: the standard deviations of the recorded means, beside
/// those of independent neurons; or why the theory does not apply.
std::string in_words(const fluctuations::Prediction& prediction, const model::Model& model);

/// The group /stability: eigenvalues of J over time, as the limits see it (of the initial state
/// alone where only the network runs), and the fluctuations of the network's means: the covariance
/// over time that theory predicts for the stationary state beside the one measured in the second
/// half of the run.
class StabilityOutput {
  public:
    /// source: "kinetic", "field", or "initial state".
    StabilityOutput(const config::Config& config, const balance::Balance& balance,
                    std::string source);

    void declare(io::Schema& schema) const;
    /// The spectrum of J at an output time.
    void record(io::OutputFile& file, double t, const balance::Spectrum& spectrum);
    /// The network's means at an output time, (population).
    void add(double t, const std::vector<double>& mean);
    void save(Snapshot& snapshot) const;
    void restore(const io::CheckpointReader& checkpoint);
    /// Prediction and measurement; only where the network runs.
    void finish(io::OutputFile& file);
    /// After finish().
    [[nodiscard]] const fluctuations::Prediction& prediction() const noexcept {
        return prediction_;
    }
    /// For a terminal, after finish().
    [[nodiscard]] std::string table() const;

  private:
    [[nodiscard]] std::vector<double> measured() const;

    const config::Config* config_;
    const balance::Balance* balance_;
    std::string source_;
    std::vector<std::string> populations_;
    std::vector<double> sums_;  ///< count, sums of means, sums of products, from first_ on
    std::vector<double> first_; ///< means at the first counted time: sums are about them
    fluctuations::Prediction prediction_;
    std::string last_words_; ///< what the spectrum says at the last record
};

} // namespace equipoise::driver
