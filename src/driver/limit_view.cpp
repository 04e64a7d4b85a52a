#include "equipoise/driver/limit_view.hpp"

#include "equipoise/diagnostics/comparison.hpp"

#include <vector>

namespace equipoise::driver {

RecordView limit_view(const parallel::Communicator& comm, const model::Model& model,
                      const model::Basis& recorded, const LimitSites& sites) {
    const auto local = static_cast<std::size_t>(sites.local);
    const double share = 1.0 / static_cast<double>(sites.counts[0] * sites.counts[1]);
    const std::size_t populations = model.population_count();
    const std::size_t modes = recorded.size();
    // Modes of v, averages of phi_p^2 K, the average of z^2, the average kurtosis.
    const std::size_t stride = 2 * modes + 2;
    // Then for each pair the averages of z z' and, Gaussian, of the variance of y y'.
    std::span<const model::Covariance> pairs;
    if (sites.knows_covariances) {
        pairs = model.covariances();
    }
    std::vector<double> sums(populations * stride + 2 * pairs.size(), 0.0);
    double* of_pairs = sums.data() + populations * stride;
    std::vector<double> phi(modes);
    for (std::size_t s = 0; s < local; ++s) {
        const model::Position x = sites.position(sites.first + static_cast<std::int64_t>(s));
        recorded.values(model.phase(x), phi.data());
        for (std::size_t a = 0; a < populations; ++a) {
            const double v = sites.mean[a * local + s];
            const double k = sites.variance[a * local + s];
            for (std::size_t p = 0; p < modes; ++p) {
                sums[a * stride + p] += share * phi[p] * v;
                sums[a * stride + modes + p] += share * phi[p] * phi[p] * k;
            }
            sums[a * stride + 2 * modes] += share * (v * v + k);
            sums[a * stride + 2 * modes + 1] +=
                share * (sites.kurtosis.empty() ? 3.0 : sites.kurtosis[a * local + s]);
        }
        for (std::size_t k = 0; k < pairs.size(); ++k) {
            const std::size_t a = pairs[k].first * local + s;
            const std::size_t b = pairs[k].second * local + s;
            const double covariance = sites.covariance[k * local + s];
            of_pairs[2 * k] += share * (sites.mean[a] * sites.mean[b] + covariance);
            of_pairs[2 * k + 1] +=
                share * (sites.variance[a] * sites.variance[b] + covariance * covariance);
        }
    }
    comm.sum_reals(sums);
    RecordView view;
    view.time = sites.time;
    for (std::size_t a = 0; a < populations; ++a) {
        const double* of_population = sums.data() + a * stride;
        const auto n = static_cast<double>(model.population(a).neurons);
        double field_square = 0.0; // average of vhat^2, by Parseval
        for (std::size_t p = 0; p < modes; ++p) {
            view.mean_modes.push_back(of_population[p]);
            view.mode_error.push_back(diagnostics::error_of_mean(of_population[modes + p], n));
            field_square += of_population[p] * of_population[p] / recorded.norm(p);
        }
        const double variance = of_population[2 * modes] - field_square;
        view.mean.push_back(of_population[recorded.index({{}, false})]);
        view.variance.push_back(variance);
        view.mean_error.push_back(diagnostics::error_of_mean(variance, n));
        view.variance_error.push_back(
            diagnostics::error_of_variance(variance, of_population[2 * modes + 1], n));
    }
    for (std::size_t k = 0; k < pairs.size(); ++k) {
        double field_product = 0.0; // average of vhat vhat', likewise
        for (std::size_t p = 0; p < modes; ++p) {
            field_product += sums[pairs[k].first * stride + p] *
                             sums[pairs[k].second * stride + p] / recorded.norm(p);
        }
        const auto n = static_cast<double>(model.population(pairs[k].first).neurons);
        view.covariance.push_back(of_pairs[2 * k] - field_product);
        view.covariance_error.push_back(diagnostics::error_of_mean(of_pairs[2 * k + 1], n));
    }
    return view;
}

} // namespace equipoise::driver
