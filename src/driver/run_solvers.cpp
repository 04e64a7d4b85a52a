#include "equipoise/driver/run_solvers.hpp"

#include <utility>

namespace equipoise::driver {

template <class Run, class... Arguments>
Run& RunSolvers::add(const char* name, Arguments&&... arguments) {
    auto run = std::make_unique<Run>(std::forward<Arguments>(arguments)...);
    Run& reference = *run;
    solvers_.push_back(std::move(run));
    names_.emplace_back(name);
    return reference;
}

RunSolvers::RunSolvers(const parallel::Communicator& comm, const config::Config& config,
                       const balance::Balance& balance, const model::Basis& recorded) {
    const config::Solvers& wanted = config.run.solvers;
    if (wanted.network && config.run.realisations > 1) {
        ensemble_ = &add<Ensemble>("network", comm, config, balance);
        network_ = &ensemble_->first();
    } else if (wanted.network) {
        network_ = &add<NetworkRun>("network", comm, config, balance);
    }
    if (wanted.kinetic) {
        kinetic_ = &add<KineticRun>("kinetic", comm, config, balance, recorded);
    }
    if (wanted.field) {
        field_ = &add<FieldRun>("field", comm, config, balance, recorded);
    }
}

LimitRun* RunSolvers::limit() const noexcept {
    if (kinetic_ != nullptr) {
        return kinetic_;
    }
    return field_;
}

void RunSolvers::add_to(Timing& timing) const {
    if (ensemble_ != nullptr) {
        timing.add(*ensemble_);
    } else if (network_ != nullptr) {
        timing.add(*network_);
    }
    if (kinetic_ != nullptr) {
        timing.add(*kinetic_);
    }
    if (field_ != nullptr) {
        timing.add(*field_);
    }
}

} // namespace equipoise::driver
