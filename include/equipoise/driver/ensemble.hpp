#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/config/config.hpp"
#include "equipoise/driver/ensemble_output.hpp"
#include "equipoise/driver/network_run.hpp"
#include "equipoise/driver/solver_run.hpp"
#include "equipoise/driver/stepped_network.hpp"
#include "equipoise/fluctuations/prediction.hpp"
#include "equipoise/model/model.hpp"
#include "equipoise/parallel/communicator.hpp"
#include "equipoise/parallel/rank_group.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace equipoise::driver {

/// Into how many groups the ranks are split for the realisations beyond the first.
int groups_of_ranks(std::int64_t realisations, int ranks);

/// run.realisations >= 2 networks in a run. The first is the NetworkRun of a single run, on all
/// ranks, with everything that it writes into /network. The others are spread over groups of ranks:
/// group g of G has the realisations 1 + g, 1 + g + G, ... and steps one after another to the next
/// output time, where all are recorded in the group /ensemble. Groups hear of failures and requests
/// after every piece of some steps, so that a run can be stopped, and goes on, with realisations at
/// different steps. No bit depends on the number of ranks or groups.
///
/// The first network writes between output times too, which is collective: were it one of a
/// group's, the other groups would have to wait for each such record.
class Ensemble : public SolverRun {
  public:
    Ensemble(const parallel::Communicator& comm, const config::Config& config,
             const balance::Balance& balance);

    void declare(io::Schema& schema) const override;
    void begin(io::OutputFile& file) override;
    void restore(const io::CheckpointReader& checkpoint) override;
    Request advance(double t, io::OutputFile& file, Requests& requests) override;
    void save(Snapshot& snapshot) override;
    /// Of the first realisation, which goes ahead of the others.
    [[nodiscard]] double time() const override { return first_.time(); }
    /// Means across realisations.
    [[nodiscard]] RecordView view() const override { return output_.last(); }
    [[nodiscard]] std::string summary() override;
    /// At the end of the run; prediction: of a single network.
    void finish(io::OutputFile& file, const fluctuations::Prediction& prediction) {
        output_.finish(file, prediction);
    }

    [[nodiscard]] NetworkRun& first() noexcept { return first_; }
    [[nodiscard]] const NetworkRun& first() const noexcept { return first_; }
    [[nodiscard]] std::int64_t realisations() const noexcept { return realisations_; }
    /// Of all realisations on this rank.
    [[nodiscard]] NetworkPhases phases() const;
    /// Steps of all realisations in this run. Collective.
    [[nodiscard]] std::int64_t steps() const;

  private:
    /// A realisation of this rank's group.
    struct Member {
        std::int64_t number;
        std::unique_ptr<SteppedNetwork> network;
        std::int64_t first_step; ///< of this run: not 0 after a restart
    };

    /// This group's realisation of that number, or null.
    [[nodiscard]] Member* member(std::int64_t number);
    [[nodiscard]] std::string state_path(std::int64_t number, std::size_t population) const;
    /// For every realisation of this group; a NumericsError then says which.
    void for_members(const std::function<void(const Member&)>& action) const;
    void start();
    /// A piece of steps towards a step, in which groups are apart.
    void go_ahead(std::int64_t target);
    /// Whether any realisation has yet to come there. Collective.
    [[nodiscard]] bool behind(std::int64_t target) const;
    /// The packed records of the present state, (realisation, width) on every rank. Collective.
    [[nodiscard]] std::vector<double> samples();

    parallel::Communicator comm_;
    const config::Config* config_;
    const model::Model* model_;
    std::int64_t realisations_;
    NetworkRun first_;
    parallel::RankGroup groups_;
    std::vector<Member> members_;
    std::int64_t piece_; ///< steps after which the groups hear of each other
    EnsembleOutput output_;
    double waiting_seconds_ = 0.0, output_seconds_ = 0.0;
};

} // namespace equipoise::driver
