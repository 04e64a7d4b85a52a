#include "equipoise/fluctuations/prediction.hpp"

#include "equipoise/balance/drive.hpp"
#include "equipoise/balance/initial.hpp"
#include "equipoise/domain/sites.hpp"
#include "equipoise/fluctuations/mode_covariance.hpp"
#include "equipoise/fluctuations/stationary_state.hpp"
#include "equipoise/model/gauss_hermite.hpp"
#include "equipoise/network/local_step.hpp"
#include "equipoise/util/errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <utility>

namespace equipoise::fluctuations {

namespace {

constexpr double uniform_tolerance = 1e-9;

Eigen::Index index(std::size_t i) {
    return static_cast<Eigen::Index>(i);
}

/// The modes are orthogonal over the network's lattice when it has more sites than twice the
/// largest wave number, in each direction.
bool resolves(const config::Config& config, const model::Basis& basis) {
    if (config.domain.kind == config::DomainKind::point ||
        config.network.positions == config::Positions::random) {
        return true;
    }
    const bool torus = config.domain.kind == config::DomainKind::torus;
    for (const config::Population& population : config.populations) {
        config::SiteCount sites = config.network.sites;
        if (sites[0] == 0) {
            sites = torus ? domain::nearly_square_grid(population.neurons)
                          : config::SiteCount{population.neurons, 1};
        }
        for (const std::size_t direction : {std::size_t{0}, std::size_t{1}}) {
            const std::int64_t waves = basis.max_wave_number(direction);
            if ((direction == 0 || torus) && sites[direction] <= 2 * waves) {
                return false;
            }
        }
    }
    return true;
}

/// Why there is no uniform stationary state to speak of, or "".
std::string obstacle(const config::Config& config, const balance::Balance& balance,
                     balance::DriveModes& drive, const model::Basis& recorded) {
    const model::Model& model = balance.model();
    std::vector<double> rest;
    const std::vector<double>& modes = drive.at(0.0);
    for (std::size_t a = 0; a < model.population_count(); ++a) {
        const model::Population& population = model.population(a);
        rest.push_back(drive.rest(a));
        if (population.drive.depends_on_time() || population.input.depends_on_time()) {
            return fmt::format("population {}: its drive or input depends on time, so that there "
                               "is no stationary state",
                               population.name);
        }
        double waves = rest.back();
        for (std::size_t p = 0; p < model.basis().size(); ++p) {
            if (!model.basis()[p].wave.is_zero()) {
                waves = std::max(waves, std::abs(modes[a * model.basis().size() + p]));
            }
        }
        if (waves > uniform_tolerance || population.input.depends_on_position()) {
            return fmt::format("population {}: its drive or input depends on position, so that "
                               "the stationary state is not uniform",
                               population.name);
        }
    }
    if (const auto unbalanced = balance.unbalanced_drive(modes, rest); !unbalanced.empty()) {
        return "no balanced state: " + unbalanced.front();
    }
    if (!resolves(config, model.basis()) || !resolves(config, recorded)) {
        return "the network has too few sites for its modes to be independent of each other";
    }
    return {};
}

/// Average over the initial state's lattice.
double spatial_mean(const std::vector<double>& values, std::size_t population, std::size_t sites) {
    double sum = 0.0;
    for (std::size_t s = 0; s < sites; ++s) {
        sum += values[population * sites + s];
    }
    return sum / static_cast<double>(sites);
}

/// E[f] for a Gaussian state.
double mean_drift(const model::Population& population, double mean, double variance) {
    const model::GaussHermite rule(32);
    double sum = 0.0;
    for (std::size_t i = 0; i < rule.size(); ++i) {
        const double z = std::clamp(mean + std::sqrt(variance) * rule.nodes[i],
                                    population.range.lower, population.range.upper);
        sum += rule.weights[i] * population.drift->value(z);
    }
    return sum;
}

/// Fills in the results; NumericsError where there are none.
void compute(const config::Config& config, const balance::Balance& balance,
             balance::DriveModes& drive, const model::Basis& recorded, const Options& options,
             Prediction& result) {
    const model::Model& model = balance.model();
    const std::size_t count = model.population_count();
    const auto n = static_cast<double>(model.size());
    Ensemble ensemble;
    ensemble.balance = &balance;
    ensemble.eps = options.limit ? 0.0 : 1.0 / std::sqrt(n);
    if (options.scheme && !options.limit) {
        ensemble.time = {config.network.time_step, config.network.scheme, false};
    }
    const balance::InitialBalance initial = balance::initial_balance(balance, drive);
    const std::size_t sites = initial.phases.size();
    const std::vector<double>& drive_modes = drive.at(0.0);
    Eigen::VectorXd start(index(count));
    Eigen::VectorXd constant_drive = Eigen::VectorXd::Zero(index(count));
    Eigen::VectorXd weights(index(count));
    for (std::size_t a = 0; a < count; ++a) {
        const model::Population& population = model.population(a);
        const double iota = population.input({0.0, 0.0}, 0.0);
        const double mean = spatial_mean(initial.mean, a, sites);
        const double variance = spatial_mean(initial.variance, a, sites);
        TimeForm time = ensemble.time;
        time.exact = network::LocalStep(population, config.network).is_exact();
        ensemble.populations.push_back(
            make_population(population, iota, mean, time, options.representation));
        start[index(a)] = -mean_drift(population, mean, variance) - iota;
        weights[index(a)] = (options.limit ? n : 1.0) / static_cast<double>(population.neurons);
        if (model.basis().contains({})) {
            constant_drive[index(a)] =
                drive_modes[a * model.basis().size() + model.basis().index({})];
        }
    }
    const StationaryState state = stationary_state(ensemble, constant_drive, start);
    std::vector<Linearisation> populations;
    for (std::size_t a = 0; a < count; ++a) {
        populations.push_back(ensemble.populations[a]->linearise(state.input[index(a)]));
        result.mean.push_back(state.densities[a].mean);
        result.variance.push_back(state.densities[a].variance);
        result.input.push_back(state.input[index(a)]);
    }
    const double driven = constant_drive.cwiseAbs().maxCoeff();
    const double left = state.input.cwiseAbs().maxCoeff() / std::sqrt(n);
    if (!options.limit && driven > uniform_tolerance && left > 0.5 * driven) {
        result.remarks.push_back(fmt::format(
            "the state is not balanced: {:.0f} % of the drive is left after the recurrent input",
            100.0 * left / driven));
    }
    // Wave vectors with the same coefficients fluctuate alike.
    std::map<std::pair<double, std::vector<double>>, ModeCovariance> known;
    const auto covariance = [&](const model::WaveVector& wave) -> const ModeCovariance& {
        std::optional<std::size_t> mode;
        std::vector<double> coefficients;
        if (model.basis().contains(wave)) {
            mode = model.basis().index({wave, false});
            for (std::size_t pair = 0; pair < count * count; ++pair) {
                coefficients.push_back(model.coefficient(pair / count, pair % count, *mode));
            }
        }
        const double norm = wave.is_zero() ? 1.0 : 0.5;
        const std::pair key{norm, coefficients};
        if (const auto found = known.find(key); found != known.end()) {
            return found->second;
        }
        try {
            return known
                .emplace(key, mode_covariance(ensemble, state, populations, weights, mode, norm))
                .first->second;
        } catch (const NumericsError& error) {
            const bool torus = model.domain().kind == config::DomainKind::torus;
            throw NumericsError(
                fmt::format("mode {}: {}", model::Mode{wave}.name(torus), error.what()));
        }
    };
    result.covariance = covariance({}).mean;
    result.variance_covariance = covariance({}).variance;
    for (const model::WaveVector& wave : recorded.waves()) {
        result.modes.push_back({wave, covariance(wave).mean});
    }
    for (const model::WaveVector& wave : model.basis().waves()) {
        (void)covariance(wave); // an unstable mode spoils the state even where it is not recorded
    }
}

} // namespace

double Prediction::mean_deviation(std::size_t population) const {
    return std::sqrt(covariance(index(population), index(population)));
}

double Prediction::variance_deviation(std::size_t population) const {
    return std::sqrt(variance_covariance(index(population), index(population)));
}

Prediction predict(const config::Config& config, const balance::Balance& balance,
                   const model::Basis& recorded, const Options& options) {
    Prediction result;
    balance::DriveModes drive(balance.model());
    result.reason = obstacle(config, balance, drive, recorded);
    if (!result.reason.empty()) {
        return result;
    }
    try {
        compute(config, balance, drive, recorded, options, result);
    } catch (const NumericsError& error) {
        result = Prediction{};
        result.reason = error.what();
        return result;
    }
    if (config.domain.kind != config::DomainKind::point &&
        config.network.positions == config::Positions::random) {
        result.remarks.emplace_back("random positions shift each mode's average by as much as it "
                                    "fluctuates, once for a network: the prediction is about the "
                                    "fluctuations in time");
    }
    return result;
}

} // namespace equipoise::fluctuations
