#include "equipoise/network/initial_state.hpp"

#include "equipoise/model/initial_factor.hpp"
#include "equipoise/random/stream.hpp"
#include "equipoise/util/large_pages.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

namespace equipoise::network {

namespace {

/// What the neurons of a site share: z = mean + sum_k weights[k] xi_k.
class SiteLaw {
  public:
    SiteLaw(const model::Model& model, std::size_t population,
            const std::vector<std::size_t>& sources)
        : model_(model), population_(population), sources_(sources), weights_(sources.size()),
          factor_(model.population_count() * model.population_count()) {}

    void move_to(const model::Position& x) {
        const model::Population& population = model_.population(population_);
        mean_ = population.mean(x, 0.0);
        if (sources_.size() == 1) {
            weights_[0] = std::sqrt(population.variance(x, 0.0));
            return;
        }
        model::initial_factor(model_.populations(), model_.covariances(), x, factor_);
        for (std::size_t k = 0; k < sources_.size(); ++k) {
            weights_[k] = factor_[population_ * model_.population_count() + sources_[k]];
        }
    }
    [[nodiscard]] double mean() const { return mean_; }
    [[nodiscard]] double weight(std::size_t k) const { return weights_[k]; }

  private:
    const model::Model& model_;
    std::size_t population_;
    const std::vector<std::size_t>& sources_;
    double mean_ = 0.0;
    std::vector<double> weights_, factor_;
};

/// The population itself, then those before it that covariances link it to: whose normals make its
/// states.
std::vector<std::size_t> sources_of(const config::Config& config, std::size_t population) {
    const std::vector<std::size_t> linked = config.linked_populations();
    std::vector<std::size_t> sources{population};
    for (std::size_t b = 0; b < population; ++b) {
        if (linked[b] == linked[population]) {
            sources.push_back(b);
        }
    }
    return sources;
}

} // namespace

LineVector<double> initial_states(const model::Model& model, const config::Config& config,
                                  const domain::Placement& placement, std::size_t population) {
    const std::vector<std::size_t> sources = sources_of(config, population);
    SiteLaw law(model, population, sources);
    std::vector<std::array<double, random::block_size>> xi(sources.size());
    LineVector<double> states;
    states.reserve(static_cast<std::size_t>(placement.local_neurons()));
    prefer_large_pages(states.data(), states.capacity() * sizeof(double));
    std::int64_t site = -1;
    for (std::int64_t block = placement.local().first; block < placement.local().end; ++block) {
        for (std::size_t k = 0; k < sources.size(); ++k) { // a draw can be made again anywhere
            const random::Stream stream{config.run.seed, random::Purpose::initial_state,
                                        static_cast<std::uint16_t>(sources[k])};
            random::normals(stream, static_cast<std::uint64_t>(block), 0, xi[k]);
        }
        for (std::int64_t i = 0; i < placement.count(block); ++i) {
            const std::int64_t j = block * domain::block_size + i;
            if (j / placement.neurons_per_site() != site) {
                site = j / placement.neurons_per_site();
                const domain::Phase phase = placement.phase(j);
                law.move_to(
                    {phase[0] * config.domain.length[0], phase[1] * config.domain.length[1]});
            }
            double z = law.mean();
            for (std::size_t k = 0; k < sources.size(); ++k) {
                z += law.weight(k) * xi[k][static_cast<std::size_t>(i)];
            }
            states.push_back(z);
        }
    }
    return states;
}

} // namespace equipoise::network
