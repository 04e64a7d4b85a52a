#pragma once

#include "equipoise/config/config.hpp"
#include "equipoise/diagnostics/sample_statistics.hpp"
#include "equipoise/driver/record_view.hpp"
#include "equipoise/driver/snapshot.hpp"
#include "equipoise/fluctuations/prediction.hpp"
#include "equipoise/io/checkpoint.hpp"
#include "equipoise/io/output_file.hpp"
#include "equipoise/model/basis.hpp"
#include "equipoise/model/model.hpp"
#include "equipoise/network/measure.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace equipoise::driver {

/// What an ensemble of networks writes into the group /ensemble of the output file: mean, standard
/// error and deviation across realisations at every output time, each realisation's own means, and
/// at the end the deviations beside those that the finite-size theory predicts.
class EnsembleOutput {
  public:
    EnsembleOutput(const config::Config& config, const model::Model& model,
                   const model::Basis& recorded);

    void declare(io::Schema& schema) const;
    /// What is used of a record: so many numbers, and these.
    [[nodiscard]] std::size_t width() const noexcept { return width_; }
    void pack(const network::Record& record, std::span<double> into) const;
    /// Statistics of an output time, from the packed records (realisation, width). Collective, like
    /// finish().
    void record(io::OutputFile& file, double t, std::span<const double> samples);
    /// Knows again what was recorded last before a restart.
    void recall(double t, std::span<const double> samples);
    /// The means across realisations at the last record.
    [[nodiscard]] const RecordView& last() const noexcept { return last_; }
    void save(Snapshot& snapshot) const;
    void restore(const io::CheckpointReader& checkpoint);
    /// Measured and predicted deviations; prediction: of a single network over time.
    void finish(io::OutputFile& file, const fluctuations::Prediction& prediction);
    /// For a terminal: means of the last record with their standard errors; after finish() also the
    /// deviations.
    [[nodiscard]] std::string means() const;
    [[nodiscard]] std::string deviations() const;

  private:
    /// A member of network::Record, where it begins in a packed one, and what is written of it.
    struct Quantity {
        std::string name;
        std::vector<double> network::Record::*value;
        std::string meaning;
        std::size_t begin, size;
        std::vector<std::string> dimensions; ///< after time
        bool by_realisation;                 ///< each realisation's own is written too
    };

    void add(const char* name, std::vector<double> network::Record::*value, const char* meaning,
             std::vector<std::string> dimensions, bool by_realisation);
    void set_last(double t, const diagnostics::SampleStatistics& statistics);
    [[nodiscard]] std::span<const double> part(const Quantity& quantity,
                                               std::span<const double> packed) const {
        return packed.subspan(quantity.begin, quantity.size);
    }

    const config::Config* config_;
    std::vector<std::string> populations_, modes_, pairs_;
    std::vector<Quantity> quantities_; ///< mean, variance, modes, covariance come first
    std::size_t width_ = 0;
    RecordView last_;
    std::vector<double> last_error_; ///< packed
    std::vector<double> squares_; ///< sums over the second half of the run of deviations^2 between
                                  ///< realisations: of means by population, then of variances
    double records_ = 0.0;        ///< in these sums
    std::vector<double> measured_, predicted_; ///< deviations, ordered like squares_
    std::string no_prediction_;                ///< why there is none; "": there is
};

} // namespace equipoise::driver
