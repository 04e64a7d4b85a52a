#pragma once

#include "equipoise/config/config.hpp"
#include "equipoise/diagnostics/power_law.hpp"
#include "equipoise/io/output_file.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace equipoise::driver {

/// How far the networks' means, or variances, are from the limit.
struct ConvergenceErrors {
    std::string name;                ///< "mean" or "variance"
    std::vector<double> squares;     ///< (population, size, realisation): average over time of
                                     ///< (network - limit)^2
    std::vector<double> error;       ///< (population, size): root of the average over realisations
    std::vector<double> independent; ///< (population, size): what independent neurons would show
    std::vector<double> predicted;   ///< (population, size): by the finite-size theory; empty: none
    std::vector<diagnostics::PowerLaw> exponent; ///< (population)
    std::vector<double> predicted_exponent;      ///< (population), of a fit to the predicted errors
};

/// The outcome of a convergence study.
struct Convergence {
    std::vector<std::string> populations;
    std::vector<std::int64_t> sizes; ///< neurons of the first population
    std::int64_t realisations = 0;
    std::int64_t groups = 1;   ///< of ranks
    double first_time = 0.0;   ///< of those that count
    std::int64_t times = 0;    ///< that count
    std::string limit;         ///< the solver that found it
    std::string no_prediction; ///< why the theory does not apply; empty: it does
    double unsettled = 0.0;    ///< largest distance in time of the limit's means and variances
                               ///< from the stationary state of the prediction
    std::array<ConvergenceErrors, 2> errors;

    [[nodiscard]] std::size_t index(std::size_t population, std::size_t size) const {
        return population * sizes.size() + size;
    }
};

/// For a terminal.
std::string convergence_table(const Convergence& convergence);

/// The group /convergence of a new output file. All calls are collective; errors are
/// FileSystemError.
class ConvergenceFile {
  public:
    /// Of the study, all but what the networks say must be known. Until write() the file is
    /// `<path>.partial`.
    ConvergenceFile(const parallel::Communicator& comm, const config::Config& config,
                    const std::string& path, const Convergence& planned);
    void write(const Convergence& convergence);
    /// The study has failed: the file stays `.partial`.
    void abandon() { file_.finish(false); }

  private:
    io::OutputFile file_;
};

} // namespace equipoise::driver
