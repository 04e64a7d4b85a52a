#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/config/config.hpp"
#include "equipoise/driver/record_view.hpp"
#include "equipoise/fluctuations/prediction.hpp"
#include "equipoise/model/basis.hpp"

#include <string>
#include <vector>

namespace equipoise::driver {

/// How far the network's records, averaged over its realisations, are expected to be from a
/// limit's, by finite-size theory (docs/fluctuations.md): the root mean square of the fluctuations
/// of the stationary state at this n, under the network's scheme and step, and of its distance from
/// the limit's stationary state. Neurons that are coupled do not fluctuate like independent ones:
/// what the balance constrains fluctuates less.
class PredictedErrors {
  public:
    /// size: of the limit, which has a stationary state of its own for eps = 0. Cost: two
    /// predictions (fluctuations::predict).
    PredictedErrors(const config::Config& config, const balance::Balance& balance,
                    const model::Basis& recorded, config::SystemSize size);

    /// Why there are none, in words; empty: there are.
    [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

    /// As RecordView's standard errors.
    struct Errors {
        std::vector<double> mean, variance, mean_modes;
    };
    /// Beside this record of the limit. NaN where there are none, and where the limit is further
    /// than a quarter of the error from its stationary state: the theory is not about transients.
    [[nodiscard]] Errors beside(const RecordView& limit) const;

  private:
    struct Quantity {
        std::vector<double> error;      ///< expected of network - limit
        std::vector<double> stationary; ///< the limit's value there
    };
    static std::vector<double> valid(const Quantity& quantity, const std::vector<double>& now);

    std::string reason_;
    Quantity mean_, variance_, mean_modes_;
};

} // namespace equipoise::driver
