#include "equipoise/driver/limit_trajectory.hpp"

#include "equipoise/driver/limit_view.hpp"
#include "equipoise/field/solver.hpp"
#include "equipoise/kinetic/solver.hpp"
#include "equipoise/network/local_step.hpp"
#include "equipoise/network/measure.hpp"
#include "equipoise/parallel/first_ranks.hpp"
#include "equipoise/util/log.hpp"

#include <algorithm>
#include <array>

namespace equipoise::driver {

namespace {

/// The values of a record that the study uses, in the order in which they are shared.
constexpr std::array record_values{&RecordView::mean, &RecordView::variance,
                                   &RecordView::mean_error, &RecordView::variance_error};

template <class Solver>
std::vector<RecordView> follow(const parallel::Communicator& comm, const config::Config& config,
                               const balance::Balance& balance, std::span<const double> times) {
    const model::Model& model = balance.model();
    const model::Basis recorded = network::recorded_basis(model, config.network.modes);
    Solver solver(comm, balance, config, [](const std::string& text) { log::warn(text); });
    std::vector<RecordView> records;
    for (const double t : times) {
        solver.advance(t);
        const auto fields = solver.fields();
        LimitSites sites{t,
                         solver.site_counts(),
                         solver.first_site(),
                         solver.local_sites(),
                         [&solver](std::int64_t site) { return solver.site_position(site); },
                         fields.mean,
                         fields.variance,
                         {}};
        if constexpr (requires { fields.kurtosis; }) {
            sites.kurtosis = fields.kurtosis;
        }
        records.push_back(limit_view(comm, model, recorded, sites));
    }
    return records;
}

} // namespace

std::string limit_solver(const model::Model& model) {
    const bool exact =
        std::all_of(model.populations().begin(), model.populations().end(),
                    [](const model::Population& p) { return network::LocalStep::has_exact(p); });
    return exact ? "field" : "kinetic";
}

LimitTrajectory limit_trajectory(const parallel::Communicator& comm, const config::Config& config,
                                 const balance::Balance& balance, std::span<const double> times) {
    config::Config limit = config;
    limit.kinetic.size = config::SystemSize::limit;
    limit.field.size = config::SystemSize::limit;
    LimitTrajectory result{limit_solver(balance.model()), {}};
    const std::size_t populations = balance.model().population_count();
    std::vector<double> values(times.size() * record_values.size() * populations, 0.0);
    const parallel::FirstRanks first(comm, 1);
    first.together([&] {
        const parallel::Communicator alone(first.handle());
        const std::vector<RecordView> records =
            result.solver == "field" ? follow<field::FieldSolver>(alone, limit, balance, times)
                                     : follow<kinetic::KineticSolver>(alone, limit, balance, times);
        auto next = values.begin();
        for (const RecordView& record : records) {
            for (const auto member : record_values) {
                next = std::copy((record.*member).begin(), (record.*member).end(), next);
            }
        }
    });
    values = first.shared(std::move(values));
    auto next = values.cbegin();
    for (const double t : times) {
        RecordView record;
        record.time = t;
        for (const auto member : record_values) {
            const auto end = next + static_cast<std::ptrdiff_t>(populations);
            (record.*member).assign(next, end);
            next = end;
        }
        result.records.push_back(std::move(record));
    }
    return result;
}

} // namespace equipoise::driver
