#include "equipoise/kinetic/solver.hpp"

#include "equipoise/balance/lattice.hpp"
#include "equipoise/kinetic/site_solver.hpp"
#include "equipoise/parallel/first_ranks.hpp"
#include "equipoise/util/errors.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace equipoise::kinetic {

struct KineticSolver::Members {
    Members(const parallel::Communicator& comm, int count) : ranks(comm, count) {}

    parallel::FirstRanks ranks;
};

KineticSolver::KineticSolver(const parallel::Communicator& comm, const balance::Balance& balance,
                             const config::Config& config, Warning warn)
    : comm_(comm), domain_(config.domain),
      counts_(balance::Lattice::counts(config.domain.kind, config.kinetic.sites)),
      epsilon_(config.kinetic.size == config::SystemSize::network
                   ? 1.0 / std::sqrt(static_cast<double>(balance.model().size()))
                   : 0.0) {
    const std::int64_t sites = counts_[0] * counts_[1];
    members_ = static_cast<int>(std::min<std::int64_t>(comm.size(), sites));
    group_ = std::make_unique<Members>(comm, members_);
    if (group_->ranks.member()) {
        const std::int64_t rank = comm.rank();
        first_ = rank * sites / members_;
        local_ = (rank + 1) * sites / members_ - first_;
    }
    together([&] {
        sites_ = std::make_unique<SiteSolver>(parallel::Communicator(group_->ranks.handle()),
                                              balance, config, first_, local_,
                                              comm_.is_root() ? std::move(warn) : Warning());
        grid_ = sites_->grid();
        projection_ = sites_->initial_projection();
    });
    const std::vector<double> grid = shared({grid_.lower, grid_.upper});
    grid_ = {grid[0], grid[1], static_cast<std::size_t>(config.kinetic.cells)};
    projection_.largest_change.resize(balance.model().population_count());
    projection_.largest_change = shared(projection_.largest_change);
    projection_.residual = shared({projection_.residual})[0];
}

KineticSolver::~KineticSolver() = default;

template <class Body>
void KineticSolver::together(const Body& body) {
    group_->ranks.together(body);
}

std::vector<double> KineticSolver::shared(std::vector<double> values) const {
    return group_->ranks.shared(std::move(values));
}

bool KineticSolver::step(double t) {
    together([&] { sites_->step(t); });
    time_ = shared({sites_ ? sites_->time() : 0.0})[0];
    return time_ >= t;
}

void KineticSolver::advance(double t) {
    while (time_ < t && !step(t)) {
    }
}

Averages KineticSolver::averages() {
    Averages result;
    together([&] { result = sites_->averages(); });
    if (members_ == comm_.size()) {
        return result;
    }
    std::vector<double> scalars =
        shared({result.time, result.mass_error, result.centre_error, result.balance_error,
                result.smallest_density, result.boundary_mass});
    result.time = scalars[0];
    result.mass_error = scalars[1];
    result.centre_error = scalars[2];
    result.balance_error = scalars[3];
    result.smallest_density = scalars[4];
    result.boundary_mass = scalars[5];
    for (std::vector<double>* values :
         {&result.mean_modes, &result.variance, &result.balance, &result.input}) {
        const auto size = static_cast<double>(values->size());
        values->resize(static_cast<std::size_t>(shared({size})[0]));
        *values = shared(*values);
    }
    result.spectrum = balance::broadcast(comm_, std::move(result.spectrum));
    return result;
}

SiteFields KineticSolver::fields() const {
    return sites_ ? sites_->fields() : SiteFields();
}

std::vector<double> KineticSolver::density(std::size_t population) const {
    return sites_ ? sites_->density(population) : std::vector<double>();
}

model::Position KineticSolver::site_position(std::int64_t site) const {
    return balance::Lattice::coordinates(domain_, counts_, site);
}

Effort KineticSolver::effort() {
    Effort effort;
    together([&] { effort = sites_->effort(); });
    const auto number = [](std::int64_t count) { return static_cast<double>(count); };
    const std::vector<double> all =
        shared({number(effort.steps), number(effort.rejected_steps),
                number(effort.newton_iterations), number(effort.limited_steps)});
    return {static_cast<std::int64_t>(all[0]), static_cast<std::int64_t>(all[1]),
            static_cast<std::int64_t>(all[2]), static_cast<std::int64_t>(all[3])};
}

StepSeconds KineticSolver::step_seconds() const {
    return sites_ ? sites_->step_seconds() : StepSeconds();
}

SavedState KineticSolver::save() const {
    return sites_ ? sites_->save() : SavedState{};
}

void KineticSolver::restore(const SavedState& saved) {
    together([&] { sites_->restore(saved); });
    time_ = shared({sites_ ? sites_->time() : 0.0})[0];
}

} // namespace equipoise::kinetic
