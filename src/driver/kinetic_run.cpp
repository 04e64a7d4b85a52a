#include "equipoise/driver/kinetic_run.hpp"

#include "equipoise/diagnostics/distribution.hpp"
#include "equipoise/driver/schedule.hpp"
#include "equipoise/util/log.hpp"
#include "equipoise/util/stopwatch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace equipoise::driver {

namespace {

const char* const states_path = "/kinetic/states";
const char* const clocks_path = "/kinetic/clocks";
const char* const multipliers_path = "/kinetic/multipliers";

std::string state_path(std::size_t i) {
    return fmt::format("/kinetic/state_{}", i);
}

} // namespace

KineticRun::KineticRun(const parallel::Communicator& comm, const config::Config& config,
                       const balance::Balance& balance, const model::Basis& recorded)
    : comm_(comm), config_(&config), balance_(&balance),
      solver_(comm, balance, config, [](const std::string& text) { log::warn(text); }),
      output_(comm, "/kinetic", config, balance, recorded,
              {solver_.site_counts(), solver_.first_site(), solver_.local_sites()}) {}

void KineticRun::declare(io::Schema& schema) const {
    const kinetic::Grid& grid = solver_.grid();
    std::vector<double> y;
    for (std::size_t cell = 0; cell < grid.cells; ++cell) {
        y.push_back(grid.centre(cell));
    }
    output_.declare(schema);
    schema.dimensions.push_back(io::coordinates(output_.path("y"), std::move(y), "1",
                                                "fluctuation about the mean, centre of the cell"));
    output_.add(schema, "skewness", {"time", "population", "x"}, "skewness of the fluctuation");
    output_.add(schema, "kurtosis", {"time", "population", "x"},
                "kurtosis of the fluctuation (3: Gaussian)");
    output_.add(schema, "mass_error", {"time"}, "largest |integral of p over y - 1|");
    output_.add(schema, "centre_error", {"time"}, "largest |E[y]|");
    output_.add(schema, "boundary_mass", {"time"}, "largest mass of an outermost cell");
    if (config_->kinetic.density_interval > 0.0) {
        schema.dimensions.push_back(
            io::unlimited(output_.path("density_time"), "1", "time of the densities",
                          records_until(config_->run.t_end, config_->kinetic.density_interval)));
        output_.add(schema, "density", {"density_time", "population", "x", "y"},
                    "density p_a(x, y)");
    }
    schema.group_attributes.push_back({"/kinetic", {"eps", solver_.epsilon()}});
}

void KineticRun::begin(io::OutputFile& file) {
    output_.begin(file);
    record(file);
}

void KineticRun::save(Snapshot& snapshot) {
    kinetic::SavedState saved = solver_.save();
    // A rank without sites holds nothing, and knows the shapes from the solver.
    const auto lines =
        static_cast<std::uint64_t>(solver_.site_counts()[0] * solver_.site_counts()[1]) *
        output_.populations().size();
    const std::uint64_t stride = solver_.grid().cells + 2;
    const auto states =
        static_cast<std::size_t>(comm_.max(static_cast<std::int64_t>(saved.states.size())));
    saved.states.resize(states);
    std::vector<double> clocks{last_.time, next_density_, saved.next_step};
    std::vector<double> multipliers;
    for (std::size_t i = 0; i < states; ++i) {
        kinetic::SavedState::At& at = saved.states[i];
        clocks.push_back(at.time);
        multipliers.insert(multipliers.end(), at.multipliers.begin(), at.multipliers.end());
        snapshot.add_part(state_path(i), {lines, stride},
                          static_cast<std::uint64_t>(saved.first_line),
                          static_cast<std::uint64_t>(saved.lines), std::move(at.values));
    }
    // Alike on all ranks; rank 0 always has sites.
    multipliers.resize(states * balance_->size());
    comm_.broadcast(clocks);
    comm_.broadcast(multipliers);
    snapshot.content.integers.push_back({states_path, {static_cast<std::int64_t>(states)}});
    snapshot.content.reals.emplace_back(clocks_path, std::move(clocks));
    snapshot.content.reals.emplace_back(multipliers_path, std::move(multipliers));
}

void KineticRun::restore(const io::CheckpointReader& checkpoint) {
    const auto states = static_cast<std::size_t>(checkpoint.integers(states_path).at(0));
    const std::vector<double> clocks = checkpoint.reals(clocks_path);
    const std::vector<double> multipliers = checkpoint.reals(multipliers_path);
    const std::size_t width = multipliers.size() / states;
    const auto count = static_cast<std::int64_t>(output_.populations().size());
    kinetic::SavedState saved;
    saved.next_step = clocks.at(2);
    saved.first_line = solver_.first_site() * count;
    saved.lines = solver_.local_sites() * count;
    saved.stride = static_cast<std::int64_t>(solver_.grid().cells) + 2;
    for (std::size_t i = 0; i < states; ++i) {
        kinetic::SavedState::At at;
        at.time = clocks.at(3 + i);
        at.values.resize(static_cast<std::size_t>(saved.lines * saved.stride));
        checkpoint.read_part(state_path(i), static_cast<std::uint64_t>(saved.first_line),
                             static_cast<std::uint64_t>(saved.lines), at.values);
        const auto from = multipliers.begin() + static_cast<std::ptrdiff_t>(i * width);
        at.multipliers.assign(from, from + static_cast<std::ptrdiff_t>(width));
        saved.states.push_back(std::move(at));
    }
    solver_.restore(saved);
    const kinetic::Averages averages = solver_.averages();
    const kinetic::SiteFields fields = solver_.fields();
    last_ = output_.view(lattice_record(averages, fields));
    spectrum_ = averages.spectrum;
    last_.time = clocks.at(0);
    next_density_ = clocks.at(1);
}

LatticeRecord KineticRun::lattice_record(const kinetic::Averages& averages,
                                         const kinetic::SiteFields& fields) {
    return {averages.time, &fields.mean,      &fields.variance, &fields.kurtosis,
            nullptr,       &averages.balance, &averages.input,  averages.balance_error};
}

void KineticRun::record(io::OutputFile& file) {
    const Stopwatch watch;
    const kinetic::Averages averages = solver_.averages();
    const kinetic::SiteFields fields = solver_.fields();
    last_ = output_.record(file, lattice_record(averages, fields));
    spectrum_ = averages.spectrum;
    output_.field(file, "skewness", fields.skewness);
    output_.field(file, "kurtosis", fields.kurtosis);
    file.append(output_.path("mass_error"), averages.mass_error);
    file.append(output_.path("centre_error"), averages.centre_error);
    file.append(output_.path("boundary_mass"), averages.boundary_mass);
    const double interval = config_->kinetic.density_interval;
    if (interval > 0.0 && averages.time >= next_density_ - 1e-9 * interval) {
        record_density(file);
        next_density_ += interval;
    }
    output_seconds_ += watch.seconds();
}

void KineticRun::record_density(io::OutputFile& file) {
    const auto first = static_cast<hsize_t>(solver_.first_site());
    const auto local = static_cast<hsize_t>(solver_.local_sites());
    const auto count = static_cast<hsize_t>(output_.populations().size());
    std::vector<double> values;
    for (std::size_t a = 0; a < output_.populations().size(); ++a) {
        const std::vector<double> density = solver_.density(a);
        values.insert(values.end(), density.begin(), density.end());
    }
    file.append(output_.path("density_time"), solver_.time());
    file.append_box(output_.path("density"), {0, first, 0},
                    {count, local, static_cast<hsize_t>(solver_.grid().cells)}, values);
}

std::vector<double> KineticRun::distributions(const config::SiteCount& bins,
                                              std::span<const double> edges) const {
    const config::SiteCount& sites = solver_.site_counts();
    const auto weights = [&](std::size_t direction) {
        return diagnostics::bin_weights(static_cast<std::size_t>(sites[direction]),
                                        static_cast<std::size_t>(bins[direction]));
    };
    const std::vector<double> first = weights(0);
    const std::vector<double> second = weights(1);
    const auto rows = static_cast<std::size_t>(bins[0]);
    const auto columns = static_cast<std::size_t>(bins[1]);
    const std::size_t cells = solver_.grid().cells;
    std::vector<double> result(output_.populations().size() * rows * columns * edges.size(), 0.0);
    for (std::size_t a = 0; a < output_.populations().size(); ++a) {
        const std::vector<double> density = solver_.density(a);
        for (std::int64_t s = 0; s < solver_.local_sites(); ++s) {
            const std::int64_t site = solver_.first_site() + s;
            const auto one = static_cast<std::size_t>(site / sites[1]);
            const auto two = static_cast<std::size_t>(site % sites[1]);
            const std::vector<double> at_edges = diagnostics::cumulative(
                std::span(density).subspan(static_cast<std::size_t>(s) * cells, cells),
                solver_.grid().lower, solver_.grid().width(), edges);
            for (std::size_t i = 0; i < rows; ++i) {
                for (std::size_t j = 0; j < columns; ++j) {
                    const double weight = first[i * static_cast<std::size_t>(sites[0]) + one] *
                                          second[j * static_cast<std::size_t>(sites[1]) + two];
                    double* row = result.data() + ((a * rows + i) * columns + j) * edges.size();
                    for (std::size_t k = 0; weight != 0.0 && k < edges.size(); ++k) {
                        row[k] += weight * at_edges[k];
                    }
                }
            }
        }
    }
    comm_.sum_reals(result);
    return result;
}

std::string KineticRun::summary() {
    const kinetic::Effort effort = solver_.effort();
    const kinetic::InitialProjection& projection = solver_.initial_projection();
    std::string text =
        fmt::format("{:<16} {:>12} {:>12}   at t = {:g}, eps = {:g}\n", "kinetic limit", "mean",
                    "variance", last_.time, solver_.epsilon());
    for (std::size_t a = 0; a < output_.populations().size(); ++a) {
        text += fmt::format("  {:<14} {:>12.6f} {:>12.6f}   (initial mean moved by up to {:.2g} "
                            "onto the balance)\n",
                            output_.populations()[a], last_.mean[a], last_.variance[a],
                            projection.largest_change[a]);
    }
    text += fmt::format(
        "  {} steps ({} rejected, {} limited to stay positive), {} Newton iterations, {:.1f} s\n",
        effort.steps, effort.rejected_steps, effort.limited_steps, effort.newton_iterations,
        step_seconds_ + output_seconds_);
    return text;
}

} // namespace equipoise::driver
