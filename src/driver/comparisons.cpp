#include "equipoise/driver/comparisons.hpp"

#include <utility>

namespace equipoise::driver {

namespace {

config::SystemSize limit_size(const config::Config& config, const std::string& solver) {
    return solver == "kinetic" ? config.kinetic.size : config.field.size;
}

/// Where the spectra of the group /stability come from.
std::string spectrum_source(const RunSolvers& solvers, const balance::Spectrum& initial) {
    if (solvers.limit() != nullptr) {
        return solvers.kinetic() != nullptr ? "kinetic" : "field";
    }
    return initial.left_out == 0 ? "initial state" : "initial state, uniform part of J";
}

} // namespace

Comparisons::Comparisons(const config::Config& config, const balance::Balance& balance,
                         const model::Basis& recorded, const RunSolvers& solvers,
                         balance::Spectrum initial)
    : solvers_(&solvers), initial_(std::move(initial)),
      stability_(config, balance, spectrum_source(solvers, initial_)) {
    const std::vector<std::string>& names = solvers.names();
    for (std::size_t i = 0; i < names.size(); ++i) {
        for (std::size_t j = i + 1; j < names.size(); ++j) {
            std::optional<PredictedErrors> predicted;
            if (names[i] == "network") {
                predicted.emplace(config, balance, recorded, limit_size(config, names[j]));
            }
            compared_.push_back({i, j,
                                 SolverPair(names[i], names[j], balance.model(), recorded,
                                            std::move(predicted), config.run.realisations)});
        }
    }
    if (solvers.network() != nullptr && solvers.kinetic() != nullptr &&
        config.network.density_interval > 0.0) {
        densities_.emplace(config, balance.model(), *solvers.network());
    }
}

void Comparisons::declare(io::Schema& schema) const {
    for (const Compared& compared : compared_) {
        compared.pair.declare(schema);
    }
    if (densities_) {
        densities_->declare(schema);
    }
    stability_.declare(schema);
}

void Comparisons::record(io::OutputFile& file) {
    for (Compared& compared : compared_) {
        compared.pair.record(file, solvers_->all()[compared.first]->view(),
                             solvers_->all()[compared.second]->view());
    }
    const NetworkRun* network = solvers_->network();
    if (densities_) {
        densities_->record(file, *network, *solvers_->kinetic());
    }
    if (network != nullptr) {
        stability_.add(network->view().time, network->view().mean);
    }
    if (const LimitRun* limit = solvers_->limit(); limit != nullptr) {
        stability_.record(file, limit->view().time, limit->spectrum());
    } else if (network->view().time == 0.0) {
        stability_.record(file, 0.0, initial_);
    }
}

void Comparisons::save(Snapshot& snapshot) const {
    for (const Compared& compared : compared_) {
        compared.pair.save(snapshot);
    }
    stability_.save(snapshot);
    if (densities_) {
        densities_->save(snapshot);
    }
}

void Comparisons::restore(const io::CheckpointReader& checkpoint) {
    for (Compared& compared : compared_) {
        compared.pair.restore(checkpoint);
    }
    stability_.restore(checkpoint);
    if (densities_) {
        densities_->restore(checkpoint);
    }
}

void Comparisons::finish(io::OutputFile& file) {
    for (const Compared& compared : compared_) {
        compared.pair.finish(file);
    }
    stability_.finish(file);
}

std::vector<std::string> Comparisons::tables() const {
    std::vector<std::string> tables;
    for (const Compared& compared : compared_) {
        tables.push_back(compared.pair.table());
        if (densities_ && compared.first == 0 && compared.second == 1) { // network, kinetic
            tables.back() += densities_->table();
        }
    }
    tables.push_back(stability_.table());
    return tables;
}

} // namespace equipoise::driver
