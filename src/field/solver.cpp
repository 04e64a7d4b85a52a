#include "equipoise/field/solver.hpp"

#include "equipoise/balance/lattice.hpp"
#include "equipoise/balance/site_average.hpp"
#include "equipoise/field/site_solver.hpp"

#include <algorithm>
#include <utility>

namespace equipoise::field {

namespace {

/// Blocks of sites that are added up together: a rank owns whole ones.
std::int64_t block_count(std::int64_t sites) {
    const std::int64_t block = balance::SiteAverage::block_size(sites);
    return (sites + block - 1) / block;
}

} // namespace

FieldSolver::FieldSolver(const parallel::Communicator& comm, const balance::Balance& balance,
                         const config::Config& config, Warning warn)
    : comm_(comm), domain_(config.domain),
      counts_(balance::Lattice::counts(config.domain.kind, config.field.sites)),
      members_(static_cast<int>(
          std::min<std::int64_t>(comm.size(), block_count(counts_[0] * counts_[1])))),
      ranks_(comm, members_) {
    if (ranks_.member()) {
        const std::int64_t sites = counts_[0] * counts_[1];
        const auto begin = [&](std::int64_t rank) {
            const std::int64_t block = rank * block_count(sites) / members_;
            return std::min(sites, block * balance::SiteAverage::block_size(sites));
        };
        first_ = begin(comm.rank());
        local_ = begin(comm.rank() + 1) - first_;
    }
    ranks_.together([&] {
        sites_ = std::make_unique<SiteSolver>(parallel::Communicator(ranks_.handle()), balance,
                                              config, first_, local_,
                                              comm_.is_root() ? std::move(warn) : Warning());
        projection_ = sites_->initial_projection();
    });
    projection_.largest_change.resize(balance.model().population_count());
    projection_.largest_change = ranks_.shared(projection_.largest_change);
    std::vector<double> scalars(3);
    if (sites_) {
        scalars = {projection_.residual, sites_->epsilon(),
                   sites_->closure() == Closure::exact ? 1.0 : 0.0};
    }
    scalars = ranks_.shared(scalars);
    projection_.residual = scalars[0];
    epsilon_ = scalars[1];
    closure_ = scalars[2] == 1.0 ? Closure::exact : Closure::gaussian;
}

FieldSolver::~FieldSolver() = default;

bool FieldSolver::step(double t) {
    ranks_.together([&] { sites_->step(t); });
    time_ = ranks_.shared({sites_ ? sites_->time() : 0.0})[0];
    return time_ >= t;
}

void FieldSolver::advance(double t) {
    while (time_ < t && !step(t)) {
    }
}

Averages FieldSolver::averages() {
    Averages result;
    ranks_.together([&] { result = sites_->averages(); });
    if (members_ == comm_.size()) {
        return result;
    }
    const std::vector<double> scalars = ranks_.shared({result.time, result.balance_error});
    result.time = scalars[0];
    result.balance_error = scalars[1];
    for (std::vector<double>* values :
         {&result.mean_modes, &result.variance, &result.balance, &result.input}) {
        const auto size = static_cast<double>(values->size());
        values->resize(static_cast<std::size_t>(ranks_.shared({size})[0]));
        *values = ranks_.shared(*values);
    }
    result.spectrum = balance::broadcast(comm_, std::move(result.spectrum));
    return result;
}

SiteFields FieldSolver::fields() const {
    return sites_ ? sites_->fields() : SiteFields();
}

Quadrature FieldSolver::quadrature() {
    Quadrature result;
    ranks_.together([&] { result = sites_->quadrature(); });
    const std::vector<double> numbers = ranks_.shared(
        {result.target, result.largest_error, static_cast<double>(result.methods.size())});
    result.target = numbers[0];
    result.largest_error = numbers[1];
    result.methods.resize(static_cast<std::size_t>(numbers[2]));
    if (members_ < comm_.size()) {
        for (std::string& method : result.methods) {
            method = comm_.broadcast(method);
        }
    }
    return result;
}

model::Position FieldSolver::site_position(std::int64_t site) const {
    return balance::Lattice::coordinates(domain_, counts_, site);
}

Effort FieldSolver::effort() {
    Effort effort;
    ranks_.together([&] { effort = sites_->effort(); });
    const auto number = [](std::int64_t count) { return static_cast<double>(count); };
    const std::vector<double> all = ranks_.shared(
        {number(effort.steps), number(effort.rejected_steps), number(effort.evaluations),
         effort.expectation_seconds, effort.moment_seconds});
    return {static_cast<std::int64_t>(all[0]), static_cast<std::int64_t>(all[1]),
            static_cast<std::int64_t>(all[2]), all[3], all[4]};
}

SavedState FieldSolver::save() {
    SavedState saved;
    ranks_.together([&] { saved = sites_->save(); });
    return saved;
}

void FieldSolver::restore(const SavedState& saved) {
    ranks_.together([&] { sites_->restore(saved); });
    time_ = ranks_.shared({sites_ ? sites_->time() : 0.0})[0];
}

} // namespace equipoise::field
