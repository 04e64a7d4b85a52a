#include "equipoise/driver/network_output.hpp"

#include "equipoise/driver/names.hpp"
#include "equipoise/driver/schedule.hpp"
#include "equipoise/util/errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace equipoise::driver {

namespace {

std::string in_group(const std::string& name) {
    return "/network/" + name;
}

/// Coordinates of the middles of equal cells.
std::vector<double> centres(double lower, double upper, std::int64_t cells) {
    std::vector<double> values;
    for (std::int64_t i = 0; i < cells; ++i) {
        values.push_back(lower + (upper - lower) * (static_cast<double>(i) + 0.5) /
                                     static_cast<double>(cells));
    }
    return values;
}

/// A dataset of doubles in /network whose dimensions are there too.
io::Dataset dataset(const std::string& name, std::vector<std::string> dimensions,
                    const std::string& long_name) {
    for (std::string& dimension : dimensions) {
        dimension = in_group(dimension);
    }
    return {in_group(name), io::Type::real64, std::move(dimensions), "1", long_name};
}

} // namespace

NetworkOutput::NetworkOutput(const config::Config& config, const model::Model& model,
                             const network::Measurement& measurement,
                             const std::vector<std::vector<std::int64_t>>& traced)
    : config_(&config), populations_(population_names(model)),
      modes_(mode_names(model, measurement.recorded())), pairs_(pair_names(model)),
      iterative_(measurement.solver().step_solver().is_iterative()), bins_(measurement.bin_count()),
      bins_per_direction_(measurement.bins_per_direction()), traced_(traced) {
    for (const auto& neurons : traced_) {
        traces_ = std::max(traces_, neurons.size());
    }
}

void NetworkOutput::declare(io::Schema& schema) const {
    declare_records(schema);
    if (config_->network.density_interval > 0.0) {
        declare_densities(schema);
    }
    if (traces_ > 0) {
        declare_traces(schema);
    }
    if (config_->network.snapshot_interval > 0.0) {
        declare_snapshots(schema);
    }
}

void NetworkOutput::declare_bins(io::Schema& schema) const {
    const auto& length = config_->domain.length;
    if (config_->domain.kind != config::DomainKind::torus) {
        const double end = config_->domain.kind == config::DomainKind::point ? 0.0 : length[0];
        schema.dimensions.push_back(io::coordinates(in_group("bin"), centres(0.0, end, bins_), "1",
                                                    "middle of the position bin"));
        return;
    }
    // Bins of the torus are numbered first * per direction + second.
    std::vector<double> number(static_cast<std::size_t>(bins_));
    for (std::size_t i = 0; i < number.size(); ++i) {
        number[i] = static_cast<double>(i);
    }
    schema.dimensions.push_back(
        io::coordinates(in_group("bin"), std::move(number), "1", "number of the position bin"));
    for (const char* name : {"bin_x1", "bin_x2"}) {
        schema.datasets.push_back(dataset(name, {"bin"}, "middle of the position bin"));
    }
}

void NetworkOutput::declare_records(io::Schema& schema) const {
    schema.dimensions.push_back(io::unlimited(in_group("time"), "1", "time"));
    schema.dimensions.push_back(io::labels(in_group("population"), populations_, "population"));
    schema.dimensions.push_back(io::labels(in_group("mode"), modes_, "mode phi_p(x)"));
    const auto add = [&](const std::string& name, std::vector<std::string> dimensions,
                         const std::string& long_name) {
        schema.datasets.push_back(dataset(name, std::move(dimensions), long_name));
    };
    add("mean", {"time", "population"}, "population average of the state z");
    add("variance", {"time", "population"},
        "population average of (z - vhat(x))^2, vhat rebuilt from mean_modes");
    if (!pairs_.empty()) {
        schema.dimensions.push_back(io::labels(in_group("pair"), pairs_, "pair of populations"));
        add("covariance", {"time", "pair"},
            "average over pairs of neurons of one number of the product of their z - vhat(x)");
    }
    add("mean_modes", {"time", "population", "mode"}, "population average of phi_p(x) z");
    add("balance", {"time", "population", "mode"},
        "residual r of the balance; 0 where no coupling acts");
    add("input", {"time", "population", "mode"}, "multiplier h: what is left of sqrt(n) r");
    if (iterative_) {
        add("balance_iterations", {"time"}, "iterations of GMRES in the step before");
        schema.group_attributes.push_back(
            {"/network", {"balance_tolerance", balance::StepSolver::tolerance}});
    }
    declare_bins(schema);
    add("profile_mean", {"time", "population", "bin"}, "average of z in a position bin");
    add("profile_variance", {"time", "population", "bin"}, "variance of z in a position bin");
}

void NetworkOutput::declare_densities(io::Schema& schema) const {
    const auto [lower, upper] = config_->network.density_range;
    schema.dimensions.push_back(
        io::unlimited(in_group("density_time"), "1", "time of the densities",
                      records_until(config_->run.t_end, config_->network.density_interval)));
    schema.dimensions.push_back(
        io::coordinates(in_group("y"), centres(lower, upper, config_->network.density_cells), "1",
                        "fluctuation y = z - vhat(x), middle of the cell"));
    schema.datasets.push_back(dataset("density", {"density_time", "population", "bin", "y"},
                                      "density of the fluctuations of a position bin's neurons"));
    schema.datasets.push_back(dataset("density_outside", {"density_time", "population", "bin"},
                                      "part of a position bin's neurons outside the range of y"));
}

void NetworkOutput::declare_traces(io::Schema& schema) const {
    schema.dimensions.push_back(
        io::unlimited(in_group("trace_time"), "1", "time of the traces",
                      records_until(config_->run.t_end, config_->network.trace_interval > 0.0
                                                            ? config_->network.trace_interval
                                                            : config_->network.time_step)));
    schema.dimensions.push_back(io::extent(in_group("trace"), traces_, "traced neuron"));
    schema.datasets.push_back(
        dataset("traces", {"trace_time", "population", "trace"},
                "state z of single neurons; NaN where a population has fewer"));
    io::Dataset neurons = dataset("trace_neuron", {"population", "trace"},
                                  "index of the traced neuron; -1 where a population has fewer");
    neurons.type = io::Type::int64;
    schema.datasets.push_back(std::move(neurons));
}

void NetworkOutput::declare_snapshots(io::Schema& schema) const {
    schema.dimensions.push_back(
        io::unlimited(in_group("snapshots/time"), "1", "time of the snapshots",
                      records_until(config_->run.t_end, config_->network.snapshot_interval)));
    for (std::size_t a = 0; a < populations_.size(); ++a) {
        const std::string group = "snapshots/" + populations_[a] + "/";
        schema.dimensions.push_back(io::extent(
            in_group(group + "neuron"), static_cast<std::uint64_t>(config_->populations[a].neurons),
            "neuron, numbered along the ring or a space-filling curve"));
        schema.datasets.push_back(dataset(group + "state", {"snapshots/time", group + "neuron"},
                                          "state z of every neuron"));
        for (const std::string& name : position_names()) {
            schema.datasets.push_back(
                dataset(group + name, {group + "neuron"}, "position of the neuron"));
        }
    }
}

std::vector<std::string> NetworkOutput::position_names() const {
    switch (config_->domain.kind) {
    case config::DomainKind::point:
        break;
    case config::DomainKind::ring:
        return {"x"};
    case config::DomainKind::torus:
        return {"x1", "x2"};
    }
    return {};
}

void NetworkOutput::begin(io::OutputFile& file,
                          const std::vector<domain::Placement>& placements) const {
    const auto per_direction = static_cast<std::size_t>(bins_per_direction_);
    if (config_->domain.kind == config::DomainKind::torus) {
        std::vector<double> first;
        std::vector<double> second;
        for (const double x1 : centres(0.0, config_->domain.length[0], bins_per_direction_)) {
            for (const double x2 : centres(0.0, config_->domain.length[1], bins_per_direction_)) {
                first.push_back(x1);
                second.push_back(x2);
            }
        }
        ensure(first.size() == per_direction * per_direction, "bins of the torus form a square");
        file.write(in_group("bin_x1"), first);
        file.write(in_group("bin_x2"), second);
    }
    if (traces_ > 0) {
        std::vector<std::int64_t> neurons;
        for (const auto& of_population : traced_) {
            for (std::size_t i = 0; i < traces_; ++i) {
                neurons.push_back(i < of_population.size() ? of_population[i] : -1);
            }
        }
        file.write(in_group("trace_neuron"), neurons);
    }
    if (config_->network.snapshot_interval > 0.0) {
        for (std::size_t a = 0; a < populations_.size(); ++a) {
            const std::vector<std::string> names = position_names();
            for (std::size_t d = 0; d < names.size(); ++d) {
                std::vector<double> x;
                for (std::int64_t j = 0; j < placements[a].local_neurons(); ++j) {
                    x.push_back(placements[a].phase(placements[a].first_neuron() + j)[d] *
                                config_->domain.length[d]);
                }
                file.write_part(in_group("snapshots/" + populations_[a] + "/" + names[d]),
                                static_cast<std::uint64_t>(placements[a].first_neuron()), x);
            }
        }
    }
}

void NetworkOutput::record(io::OutputFile& file, const network::Record& record) const {
    file.append(in_group("time"), record.time);
    file.append(in_group("mean"), record.mean);
    file.append(in_group("variance"), record.variance);
    if (!pairs_.empty()) {
        file.append(in_group("covariance"), record.covariance);
    }
    file.append(in_group("mean_modes"), record.mean_modes);
    file.append(in_group("balance"), record.balance);
    file.append(in_group("input"), record.input);
    if (iterative_) {
        file.append(in_group("balance_iterations"), static_cast<double>(record.iterations));
    }
    file.append(in_group("profile_mean"), record.profile_mean);
    file.append(in_group("profile_variance"), record.profile_variance);
}

void NetworkOutput::density(io::OutputFile& file, double t,
                            const network::Measurement::Density& density) const {
    file.append(in_group("density_time"), t);
    file.append(in_group("density"), density.values);
    file.append(in_group("density_outside"), density.outside);
}

void NetworkOutput::trace(io::OutputFile& file, double t, const std::vector<double>& states) const {
    std::vector<double> padded;
    std::size_t next = 0;
    for (const auto& of_population : traced_) {
        for (std::size_t i = 0; i < traces_; ++i) {
            padded.push_back(i < of_population.size() ? states[next + i]
                                                      : std::numeric_limits<double>::quiet_NaN());
        }
        next += of_population.size();
    }
    file.append(in_group("trace_time"), t);
    file.append(in_group("traces"), padded);
}

void NetworkOutput::snapshot(io::OutputFile& file, const network::NetworkSolver& solver) const {
    file.append(in_group("snapshots/time"), solver.time());
    for (std::size_t a = 0; a < populations_.size(); ++a) {
        const domain::PopulationState& state = solver.state(a);
        file.append_part(in_group("snapshots/" + populations_[a] + "/state"),
                         static_cast<std::uint64_t>(state.first_neuron), state.z);
    }
}

} // namespace equipoise::driver
