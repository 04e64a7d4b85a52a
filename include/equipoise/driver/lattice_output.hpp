#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/config/config.hpp"
#include "equipoise/driver/record_view.hpp"
#include "equipoise/io/output_file.hpp"
#include "equipoise/model/basis.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace equipoise::driver {

/// The sites of a solver on a lattice: how many along each direction, and this rank's run of them.
struct SiteRange {
    config::SiteCount counts{1, 1};
    std::int64_t first = 0, local = 0;

    [[nodiscard]] std::int64_t global() const { return counts[0] * counts[1]; }
};

/// What a limit writes into its group at an output time.
struct LatticeRecord {
    double time = 0.0;
    const std::vector<double>* mean = nullptr;       ///< (population, local site)
    const std::vector<double>* variance = nullptr;   ///< likewise
    const std::vector<double>* kurtosis = nullptr;   ///< likewise; null: 3, Gaussian
    const std::vector<double>* covariance = nullptr; ///< (pair, local site); null: not known
    const std::vector<double>* balance = nullptr;    ///< (population, kernel's mode)
    const std::vector<double>* input = nullptr;      ///< likewise
    double balance_error = 0.0;
};

/// What kinetic limit and neural field have in common in the output file: the group's dimensions,
/// the fields over position, modes, balance. All calls are collective.
class LatticeOutput {
  public:
    /// group: "/kinetic"; recorded: the modes that are written and compared, those of the network.
    LatticeOutput(const parallel::Communicator& comm, std::string group,
                  const config::Config& config, const balance::Balance& balance,
                  const model::Basis& recorded, const SiteRange& sites);

    void declare(io::Schema& schema) const;
    /// The covariances of pairs of populations, where there are any; for a solver that knows them.
    void declare_covariance(io::Schema& schema) const;
    /// One more dataset of the group; dimensions by their names in it.
    void add(io::Schema& schema, const std::string& name, std::vector<std::string> dimensions,
             const std::string& long_name) const;
    /// What does not change: coordinates of the sites on a torus.
    void begin(io::OutputFile& file) const;
    /// Writes the record and returns it in the network's terms.
    RecordView record(io::OutputFile& file, const LatticeRecord& record) const;
    /// The record in the network's terms, for comparing: averages over the sites and standard
    /// errors of independent neurons.
    [[nodiscard]] RecordView view(const LatticeRecord& record) const;
    /// A field over position, (population, local site).
    void field(io::OutputFile& file, const std::string& name,
               const std::vector<double>& values) const;

    [[nodiscard]] std::string path(const std::string& name) const { return group_ + "/" + name; }
    [[nodiscard]] const std::vector<std::string>& populations() const { return populations_; }
    /// Names of the pairs of populations with a covariance.
    [[nodiscard]] const std::vector<std::string>& pairs() const { return pairs_; }
    [[nodiscard]] const SiteRange& sites() const { return sites_; }

  private:
    void append_rows(io::OutputFile& file, const std::string& name, std::size_t rows,
                     const std::vector<double>& values) const;
    [[nodiscard]] std::vector<double> in_recorded_modes(const std::vector<double>& values) const;

    parallel::Communicator comm_;
    std::string group_;
    const config::Config* config_;
    const balance::Balance* balance_;
    model::Basis recorded_;
    SiteRange sites_;
    std::vector<std::string> populations_, modes_, pairs_;
};

} // namespace equipoise::driver
