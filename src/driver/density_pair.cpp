#include "equipoise/driver/density_pair.hpp"

#include "equipoise/diagnostics/distribution.hpp"
#include "equipoise/driver/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace equipoise::driver {

namespace {

std::string path(const std::string& name) {
    return "/comparison/network_kinetic/" + name;
}

} // namespace

DensityPair::DensityPair(const config::Config& config, const model::Model& model,
                         const NetworkRun& network)
    : populations_(population_names(model)) {
    const std::int64_t along = network.bins_per_direction();
    bins_ = {along, config.domain.kind == config::DomainKind::torus ? along : 1};
    for (const model::Population& population : model.populations()) {
        neurons_.push_back(static_cast<double>(population.neurons) /
                           static_cast<double>(bins_[0] * bins_[1]));
    }
    const auto [lower, upper] = config.network.density_range;
    const std::int64_t cells = config.network.density_cells;
    for (std::int64_t k = 0; k <= cells; ++k) {
        edges_.push_back(lower +
                         (upper - lower) * static_cast<double>(k) / static_cast<double>(cells));
    }
}

void DensityPair::declare(io::Schema& schema) const {
    std::vector<double> numbers(static_cast<std::size_t>(bins_[0] * bins_[1]));
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        numbers[i] = static_cast<double>(i);
    }
    schema.dimensions.push_back(
        io::unlimited(path("density_time"), "1", "time of the compared densities"));
    schema.dimensions.push_back(
        io::coordinates(path("bin"), std::move(numbers), "1", "number of the position bin"));
    const auto add = [&](const std::string& name, const std::string& long_name) {
        schema.datasets.push_back({path(name),
                                   io::Type::real64,
                                   {path("density_time"), path("population"), path("bin")},
                                   "1",
                                   long_name});
    };
    add("kolmogorov_smirnov", "largest difference of the cumulative distributions of the "
                              "fluctuations, network against kinetic");
    add("kolmogorov_smirnov_critical",
        "value that independent neurons drawn from the kinetic density exceed with probability "
        "0.01");
    add("wasserstein", "Wasserstein-1 distance of the distributions of the fluctuations");
}

void DensityPair::record(io::OutputFile& file, const NetworkRun& network, KineticRun& kinetic) {
    const double t = kinetic.view().time;
    if (network.last_density().values.empty() ||
        std::abs(network.last_density_time() - t) > 1e-9 * std::max(1.0, t)) {
        return;
    }
    const std::vector<double> limit = kinetic.distributions(bins_, edges_);
    const std::vector<double>& histograms = network.last_density().values;
    const auto bins = static_cast<std::size_t>(bins_[0] * bins_[1]);
    const std::size_t cells = edges_.size() - 1;
    const double width = edges_[1] - edges_[0];
    std::vector<double> smirnov;
    std::vector<double> criticals;
    std::vector<double> wasserstein;
    for (std::size_t a = 0; a < populations_.size(); ++a) {
        const double critical = diagnostics::kolmogorov_smirnov_critical(neurons_[a]);
        for (std::size_t b = 0; b < bins; ++b) {
            const std::size_t row = a * bins + b;
            const std::vector<double> sample = diagnostics::cumulative(
                std::span(histograms).subspan(row * cells, cells), edges_.front(), width, edges_);
            const diagnostics::DistributionDistance distance = diagnostics::distribution_distance(
                edges_, sample, std::span(limit).subspan(row * edges_.size(), edges_.size()));
            smirnov.push_back(distance.kolmogorov_smirnov);
            criticals.push_back(critical);
            wasserstein.push_back(distance.wasserstein);
            if (t > 0.0) {
                largest_ = std::fmax(largest_, distance.kolmogorov_smirnov);
                largest_in_criticals_ =
                    std::fmax(largest_in_criticals_, distance.kolmogorov_smirnov / critical);
                largest_wasserstein_ = std::fmax(largest_wasserstein_, distance.wasserstein);
            }
        }
    }
    ++records_;
    file.append(path("density_time"), t);
    file.append(path("kolmogorov_smirnov"), smirnov);
    file.append(path("kolmogorov_smirnov_critical"), criticals);
    file.append(path("wasserstein"), wasserstein);
}

void DensityPair::save(Snapshot& snapshot) const {
    snapshot.content.reals.push_back(
        {path("densities").substr(1),
         {static_cast<double>(records_), largest_, largest_in_criticals_, largest_wasserstein_}});
}

void DensityPair::restore(const io::CheckpointReader& checkpoint) {
    const std::vector<double> state = checkpoint.reals(path("densities").substr(1));
    records_ = static_cast<std::int64_t>(state.at(0));
    largest_ = state.at(1);
    largest_in_criticals_ = state.at(2);
    largest_wasserstein_ = state.at(3);
}

std::string DensityPair::table() const {
    if (records_ == 0) {
        return {};
    }
    return fmt::format(
        "  densities at {} times: largest Kolmogorov-Smirnov distance {:.3e} ({:.2f} "
        "of the 1 % critical value), Wasserstein-1 {:.3e}\n",
        records_, largest_, largest_in_criticals_, largest_wasserstein_);
}

} // namespace equipoise::driver
