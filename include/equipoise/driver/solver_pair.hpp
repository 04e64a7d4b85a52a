#pragma once

#include "equipoise/diagnostics/comparison.hpp"
#include "equipoise/driver/predicted_errors.hpp"
#include "equipoise/driver/record_view.hpp"
#include "equipoise/driver/snapshot.hpp"
#include "equipoise/io/checkpoint.hpp"
#include "equipoise/io/output_file.hpp"
#include "equipoise/model/basis.hpp"
#include "equipoise/model/model.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace equipoise::driver {

/// Two solvers compared at every output time: the group /comparison/<first>_<second>, and their
/// part of the table at the end. The second is a limit; where the first is the network, or the mean
/// of its realisations, the differences are also counted in the standard errors of a network of
/// independent neurons, which the limit's view brings along, and, where the limit has reached a
/// stationary state that finite-size theory covers, in the errors that this predicts
/// (PredictedErrors), which the verdict is then by; both over the root of the realisations.
///
/// The network starts at the given means, a limit on the balanced manifold: where these differ the
/// network goes there within the first steps, so the record at t = 0 is written but does not count.
class SolverPair {
  public:
    /// predicted: of the network beside this limit; none where neither is the network.
    SolverPair(std::string first, std::string second, const model::Model& model,
               const model::Basis& recorded, std::optional<PredictedErrors> predicted,
               std::int64_t realisations = 1);

    void declare(io::Schema& schema) const;
    /// Views of the same time.
    void record(io::OutputFile& file, const RecordView& first, const RecordView& second);
    /// What was found so far, for a checkpoint, and back.
    void save(Snapshot& snapshot) const;
    void restore(const io::CheckpointReader& checkpoint);
    /// The largest and the root mean square differences.
    void finish(io::OutputFile& file) const;
    /// For a terminal: a line for each quantity and population.
    [[nodiscard]] std::string table() const;

  private:
    struct Quantity {
        std::string name;                    ///< "mean", "variance", "mode", "covariance"
        std::vector<std::string> dimensions; ///< after the time: names in this group
        std::vector<std::string> rows;       ///< labels of the first of them
        std::string meaning;
        std::vector<double> RecordView::*value;
        std::vector<double> RecordView::*error;
        std::vector<double> PredictedErrors::Errors::*predicted; ///< null: theory says nothing
        diagnostics::Comparison comparison;
        diagnostics::Comparison by_theory; ///< in predicted errors, where they are valid
    };

    [[nodiscard]] std::string path(const std::string& name) const { return group_ + "/" + name; }
    [[nodiscard]] bool samples() const { return first_ == "network"; }
    /// "network - kinetic", "mean of 8 networks - kinetic"
    [[nodiscard]] std::string between() const;
    /// Whether predicted errors of the quantity are written.
    [[nodiscard]] bool has_theory(const Quantity& quantity) const {
        return predicted_.has_value() && quantity.predicted != nullptr;
    }
    [[nodiscard]] std::string line(const Quantity& quantity, std::size_t from, std::size_t to,
                                   const std::string& name) const;

    std::string first_, second_, group_;
    std::int64_t realisations_; ///< of the network
    std::vector<std::string> populations_, modes_, pairs_;
    std::optional<PredictedErrors> predicted_;
    std::vector<Quantity> quantities_;
};

} // namespace equipoise::driver
