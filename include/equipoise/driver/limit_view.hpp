#pragma once

#include "equipoise/config/config.hpp"
#include "equipoise/driver/record_view.hpp"
#include "equipoise/model/basis.hpp"
#include "equipoise/model/model.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <cstdint>
#include <functional>
#include <span>

namespace equipoise::driver {

/// What a limit knows at its sites at one time: this rank's `local` sites from `first` on, values
/// by (population, local site).
struct LimitSites {
    double time = 0.0;
    config::SiteCount counts{1, 1};
    std::int64_t first = 0, local = 0;
    std::function<model::Position(std::int64_t)> position; ///< of a site by its global number
    std::span<const double> mean{}, variance{};
    std::span<const double> kurtosis{};   ///< empty: Gaussian, 3
    bool knows_covariances = false;       ///< the same on every rank
    std::span<const double> covariance{}; ///< then: (pair, local site)
};

/// A limit in the network's terms: averages over the sites, with the standard errors that a network
/// of the model's size would have if its neurons were independent. Collective. The last digits
/// depend on the number of ranks.
RecordView limit_view(const parallel::Communicator& comm, const model::Model& model,
                      const model::Basis& recorded, const LimitSites& sites);

} // namespace equipoise::driver
