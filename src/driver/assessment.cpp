#include "equipoise/driver/assessment.hpp"

#include "equipoise/balance/drive.hpp"
#include "equipoise/domain/partition.hpp"
#include "equipoise/driver/ensemble.hpp"
#include "equipoise/model/gauss_hermite.hpp"
#include "equipoise/network/local_step.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace equipoise::driver {

namespace {

/// E[f_a'(z)] over the initial Gaussian states, averaged over the lattice.
double mean_drift_slope(const model::Population& population, const balance::InitialBalance& initial,
                        std::size_t index) {
    const model::GaussHermite rule(32);
    const std::size_t sites = initial.phases.size();
    double sum = 0.0;
    for (std::size_t s = 0; s < sites; ++s) {
        const double deviation = std::sqrt(initial.variance[index * sites + s]);
        for (std::size_t i = 0; i < rule.size(); ++i) {
            const double z = std::clamp(initial.mean[index * sites + s] + deviation * rule.nodes[i],
                                        population.range.lower, population.range.upper);
            sum += rule.weights[i] * population.drift->slope(z);
        }
    }
    return sum / static_cast<double>(sites);
}

/// Largest stable Euler step of the means: the fast dynamics sqrt(n) J with each population's own
/// slope.
double explicit_step(const balance::Balance& balance, const balance::InitialBalance& initial) {
    const model::Model& model = balance.model();
    const auto n = static_cast<double>(model.size());
    std::vector<double> slopes;
    for (std::size_t a = 0; a < model.population_count(); ++a) {
        slopes.push_back(mean_drift_slope(model.population(a), initial, a) / std::sqrt(n));
    }
    return balance::largest_explicit_step(balance::spectrum(balance, initial.moments, slopes), n,
                                          0.0);
}

/// Of one network.
double bytes_per_rank(const config::Config& config, const model::Model& model, int ranks) {
    const bool random = config.network.positions == config::Positions::random &&
                        config.domain.kind != config::DomainKind::point;
    const bool torus = config.domain.kind == config::DomainKind::torus;
    const bool own_site =
        config.domain.kind != config::DomainKind::point && config.network.sites[0] == 0;
    double bytes = 0.0;
    for (const model::Population& population : model.populations()) {
        const double blocks =
            std::ceil(static_cast<double>(domain::block_count(population.neurons)) / ranks);
        double per_neuron = sizeof(double);
        if (random || (torus && own_site)) {
            per_neuron += (torus ? 2.0 : 1.0) * sizeof(double);
        }
        if (population.input.depends_on_position() && (random || own_site)) {
            per_neuron += sizeof(double);
        }
        bytes += blocks * static_cast<double>(domain::block_size) * per_neuron;
    }
    return bytes;
}

} // namespace

Assessment assess(const config::Config& config, const balance::Balance& balance) {
    const model::Model& model = balance.model();
    const auto n = static_cast<double>(model.size());
    balance::DriveModes drive(model);
    Assessment assessment;
    assessment.initial = balance::initial_balance(balance, drive);
    assessment.spectrum = balance::spectrum(balance, assessment.initial.moments);
    // A time-dependent drive may leave the modes later than at t = 0.
    constexpr int times = 16;
    for (int i = 0; i <= (drive.depends_on_time() ? times : 0); ++i) {
        const std::vector<double>& modes = drive.at(config.run.t_end * i / times);
        std::vector<double> rest;
        for (std::size_t a = 0; a < model.population_count(); ++a) {
            rest.push_back(drive.rest(a));
        }
        assessment.unbalanced_drive = balance.unbalanced_drive(modes, rest);
        if (!assessment.unbalanced_drive.empty()) {
            break;
        }
    }
    assessment.largest_explicit_step = explicit_step(balance, assessment.initial);

    const bool explicit_scheme =
        config.run.solvers.network && config.network.scheme == config::Scheme::explicit_euler;
    const balance::Stability stability = balance::classify(assessment.spectrum);
    if (explicit_scheme && config.network.time_step > assessment.largest_explicit_step) {
        assessment.warnings.push_back(
            assessment.largest_explicit_step > 0.0
                ? fmt::format(
                      "network.time_step = {:g} is past the stability limit of the explicit "
                      "scheme, "
                      "{:.3g} for n = {:.0f}: the network will oscillate from step to step or blow "
                      "up; take a smaller step, or network.scheme = balanced, whose step does not "
                      "depend on n",
                      config.network.time_step, assessment.largest_explicit_step, n)
                : fmt::format(
                      "no step of the explicit scheme is stable at the initial state: the fast "
                      "dynamics "
                      "itself grows there ({}); network.time_step = {:g} resolves it only when "
                      "it is well below {:.3g}",
                      balance::in_words(assessment.spectrum, n), config.network.time_step,
                      1.0 / (std::sqrt(n) * std::max(1e-300, assessment.spectrum.radius()))));
    }
    if (config.run.solvers.network && !explicit_scheme &&
        stability != balance::Stability::attracting && stability != balance::Stability::singular) {
        assessment.warnings.push_back(
            fmt::format("the balanced scheme assumes a balanced state that attracts, and this one "
                        "does not ({}); use "
                        "network.scheme = explicit with a step that resolves it",
                        balance::in_words(assessment.spectrum, n)));
    }
    if (explicit_scheme) {
        assessment.warnings.insert(assessment.warnings.end(), assessment.unbalanced_drive.begin(),
                                   assessment.unbalanced_drive.end());
    }
    if (!model.covariances().empty() && !config.run.solvers.network && !config.run.solvers.field) {
        assessment.warnings.emplace_back(
            "covariances have no effect: the kinetic solver holds densities of single neurons, "
            "which do not depend on them");
    }
    return assessment;
}

void require_balance(const config::Config& config, const balance::Balance& balance,
                     const Assessment& assessment) {
    const bool explicit_only = config.network.scheme == config::Scheme::explicit_euler &&
                               !config.run.solvers.kinetic && !config.run.solvers.field;
    if (explicit_only || assessment.unbalanced_drive.empty()) {
        return;
    }
    std::vector<Problem> problems;
    for (const std::string& complaint : assessment.unbalanced_drive) {
        const auto of_population = [&](const model::Population& population) {
            return complaint.rfind("population " + population.name + ":", 0) == 0 ||
                   complaint.rfind("population " + population.name + ",", 0) == 0;
        };
        const auto& populations = balance.model().populations();
        const auto found = std::find_if(populations.begin(), populations.end(), of_population);
        problems.push_back(config.problem("population." + found->name + ".drive",
                                          "the network cannot balance this drive: " + complaint,
                                          "take that component out of the drive, or give a "
                                          "coupling onto the population a kernel with that mode"));
    }
    throw InputError(std::move(problems));
}

void require_sites(const config::Config& config, const model::Model& model) {
    const config::DomainKind kind = config.domain.kind;
    std::vector<Problem> problems;
    const auto check = [&](bool runs, const std::string& key, const config::SiteCount& sites) {
        const std::size_t directions = kind == config::DomainKind::torus ? 2 : 1;
        for (std::size_t d = 0; runs && d < directions; ++d) {
            const int waves = model.basis().max_wave_number(d);
            if (sites[d] < 2 * waves + 1) {
                problems.push_back(config.problem(
                    key,
                    fmt::format("{} sites cannot carry the kernels' modes of up to {} waves",
                                sites[d], waves),
                    fmt::format("give at least {}, better several times as many", 2 * waves + 1)));
            }
        }
    };
    if (kind != config::DomainKind::point) {
        check(config.run.solvers.kinetic, "kinetic.sites", config.kinetic.sites);
        check(config.run.solvers.field, "field.sites", config.field.sites);
    }
    if (!problems.empty()) {
        throw InputError(std::move(problems));
    }
}

double network_bytes_per_rank(const config::Config& config, const model::Model& model, int ranks) {
    double bytes = bytes_per_rank(config, model, ranks);
    if (config.run.realisations > 1) {
        const int groups = groups_of_ranks(config.run.realisations, ranks);
        const double rounds = std::ceil(static_cast<double>(config.run.realisations - 1) / groups);
        bytes += rounds * bytes_per_rank(config, model, ranks / groups);
    }
    return bytes;
}

} // namespace equipoise::driver
