#include "equipoise/driver/kinetic_run.hpp"

#include "equipoise/diagnostics/comparison.hpp"
#include "equipoise/diagnostics/distribution.hpp"
#include "equipoise/driver/names.hpp"
#include "equipoise/util/log.hpp"
#include "equipoise/util/stopwatch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace equipoise::driver {

namespace {

std::string in_group(const std::string& name) {
    return "/kinetic/" + name;
}

const char* const states_path = "/kinetic/states";
const char* const clocks_path = "/kinetic/clocks";
const char* const multipliers_path = "/kinetic/multipliers";

std::string state_path(std::size_t i) {
    return fmt::format("/kinetic/state_{}", i);
}

} // namespace

KineticRun::KineticRun(const parallel::Communicator& comm, const config::Config& config,
                       const balance::Balance& balance, const model::Basis& recorded)
    : comm_(comm), config_(&config), balance_(&balance), recorded_(recorded),
      solver_(comm, balance, config, [](const std::string& text) { log::warn(text); }),
      populations_(population_names(balance.model())),
      modes_(mode_names(balance.model(), recorded)) {}

void KineticRun::declare(io::Schema& schema) const {
    const kinetic::Grid& grid = solver_.grid();
    const config::SiteCount& counts = solver_.site_counts();
    const std::int64_t sites = counts[0] * counts[1];
    const bool torus = config_->domain.kind == config::DomainKind::torus;
    std::vector<double> x;
    std::vector<double> y;
    for (std::int64_t site = 0; site < sites; ++site) {
        x.push_back(torus ? static_cast<double>(site) : solver_.site_position(site)[0]);
    }
    for (std::size_t cell = 0; cell < grid.cells; ++cell) {
        y.push_back(grid.centre(cell));
    }
    schema.dimensions.push_back(io::unlimited(in_group("time"), "1", "time"));
    schema.dimensions.push_back(io::labels(in_group("population"), populations_, "population"));
    schema.dimensions.push_back(io::labels(in_group("mode"), modes_, "mode phi_p(x)"));
    schema.dimensions.push_back(io::coordinates(
        in_group("x"), std::move(x), "1", torus ? "number of the site" : "position of the site"));
    schema.dimensions.push_back(io::coordinates(in_group("y"), std::move(y), "1",
                                                "fluctuation about the mean, centre of the cell"));
    const auto add = [&schema](const std::string& name, std::vector<std::string> dimensions,
                               const std::string& long_name) {
        for (std::string& dimension : dimensions) {
            dimension = in_group(dimension);
        }
        schema.datasets.push_back(
            {in_group(name), io::Type::real64, std::move(dimensions), "1", long_name});
    };
    add("mean", {"time", "population", "x"}, "mean v_a(x) of the state");
    add("variance", {"time", "population", "x"}, "variance K_a(x) of the fluctuation");
    add("skewness", {"time", "population", "x"}, "skewness of the fluctuation");
    add("kurtosis", {"time", "population", "x"}, "kurtosis of the fluctuation (3: Gaussian)");
    add("mean_modes", {"time", "population", "mode"}, "average over x of phi_p(x) v_a(x)");
    add("balance", {"time", "population", "mode"},
        "residual r of the balance; 0 where no coupling acts");
    add("input", {"time", "population", "mode"}, "multiplier h");
    add("mass_error", {"time"}, "largest |integral of p over y - 1|");
    add("centre_error", {"time"}, "largest |E[y]|");
    add("balance_error", {"time"}, "largest |r - eps h|");
    add("boundary_mass", {"time"}, "largest mass of an outermost cell");
    if (torus) {
        add("x1", {"x"}, "first coordinate of the site");
        add("x2", {"x"}, "second coordinate of the site");
    }
    if (config_->kinetic.density_interval > 0.0) {
        schema.dimensions.push_back(
            io::unlimited(in_group("density_time"), "1", "time of the densities"));
        add("density", {"density_time", "population", "x", "y"}, "density p_a(x, y)");
    }
    schema.group_attributes.push_back({"/kinetic", {"eps", solver_.epsilon()}});
}

void KineticRun::begin(io::OutputFile& file) {
    if (config_->domain.kind == config::DomainKind::torus) {
        const config::SiteCount& counts = solver_.site_counts();
        std::vector<double> x1;
        std::vector<double> x2;
        for (std::int64_t site = 0; site < counts[0] * counts[1]; ++site) {
            x1.push_back(solver_.site_position(site)[0]);
            x2.push_back(solver_.site_position(site)[1]);
        }
        file.write(in_group("x1"), x1);
        file.write(in_group("x2"), x2);
    }
    record(file);
}

Request KineticRun::advance(double t, io::OutputFile& file, Requests& requests) {
    if (solver_.time() >= t && last_.time >= t) {
        return Request::none; // recorded before something was asked
    }
    const Stopwatch watch;
    Request request = Request::none;
    while (solver_.time() < t && request == Request::none) {
        if (!solver_.step(t)) {
            request = requests.agreed();
        }
    }
    seconds_ += watch.seconds();
    if (solver_.time() >= t) {
        record(file);
    }
    return request;
}

void KineticRun::save(Snapshot& snapshot) {
    kinetic::SavedState saved = solver_.save();
    // A rank without sites holds nothing, and knows the shapes from the solver.
    const auto lines =
        static_cast<std::uint64_t>(solver_.site_counts()[0] * solver_.site_counts()[1]) *
        populations_.size();
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
    // Rank 0 always has sites: its values count.
    snapshot.content.integers.push_back({states_path, {static_cast<std::int64_t>(states)}});
    snapshot.content.reals.push_back({clocks_path, std::move(clocks)});
    snapshot.content.reals.push_back({multipliers_path, std::move(multipliers)});
}

void KineticRun::restore(const io::CheckpointReader& checkpoint) {
    const auto states = static_cast<std::size_t>(checkpoint.integers(states_path).at(0));
    const std::vector<double> clocks = checkpoint.reals(clocks_path);
    const std::vector<double> multipliers = checkpoint.reals(multipliers_path);
    const std::size_t width = multipliers.size() / states;
    const auto count = static_cast<std::int64_t>(populations_.size());
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
    make_view(solver_.averages(), solver_.fields());
    last_.time = clocks.at(0);
    next_density_ = clocks.at(1);
}

void KineticRun::record(io::OutputFile& file) {
    const Stopwatch watch;
    const kinetic::Averages averages = solver_.averages();
    const kinetic::SiteFields fields = solver_.fields();
    make_view(averages, fields);
    file.append(in_group("time"), averages.time);
    const auto first = static_cast<hsize_t>(solver_.first_site());
    const auto local = static_cast<hsize_t>(solver_.local_sites());
    const auto count = static_cast<hsize_t>(populations_.size());
    const auto box = [&](const char* name, const std::vector<double>& values) {
        file.append_box(in_group(name), {0, first}, {count, local}, values);
    };
    box("mean", fields.mean);
    box("variance", fields.variance);
    box("skewness", fields.skewness);
    box("kurtosis", fields.kurtosis);
    file.append(in_group("mean_modes"), last_.mean_modes);
    file.append(in_group("balance"), in_recorded_modes(averages.balance));
    file.append(in_group("input"), in_recorded_modes(averages.input));
    file.append(in_group("mass_error"), averages.mass_error);
    file.append(in_group("centre_error"), averages.centre_error);
    file.append(in_group("balance_error"), averages.balance_error);
    file.append(in_group("boundary_mass"), averages.boundary_mass);
    const double interval = config_->kinetic.density_interval;
    if (interval > 0.0 && averages.time >= next_density_ - 1e-9 * interval) {
        record_density(file);
        next_density_ += interval;
    }
    output_seconds_ += watch.seconds();
}

/// Values by (population, kernel's mode) as (population, recorded mode).
std::vector<double> KineticRun::in_recorded_modes(const std::vector<double>& values) const {
    const model::Basis& kernel = balance_->layout().basis();
    std::vector<double> result(populations_.size() * recorded_.size(), 0.0);
    for (std::size_t a = 0; a < populations_.size(); ++a) {
        for (std::size_t p = 0; p < kernel.size(); ++p) {
            result[a * recorded_.size() + recorded_.index(kernel[p])] =
                values[a * kernel.size() + p];
        }
    }
    return result;
}

void KineticRun::record_density(io::OutputFile& file) {
    const auto first = static_cast<hsize_t>(solver_.first_site());
    const auto local = static_cast<hsize_t>(solver_.local_sites());
    const auto count = static_cast<hsize_t>(populations_.size());
    std::vector<double> values;
    for (std::size_t a = 0; a < populations_.size(); ++a) {
        const std::vector<double> density = solver_.density(a);
        values.insert(values.end(), density.begin(), density.end());
    }
    file.append(in_group("density_time"), solver_.time());
    file.append_box(in_group("density"), {0, first, 0},
                    {count, local, static_cast<hsize_t>(solver_.grid().cells)}, values);
}

void KineticRun::make_view(const kinetic::Averages& averages, const kinetic::SiteFields& fields) {
    const config::SiteCount& counts = solver_.site_counts();
    const auto local = static_cast<std::size_t>(solver_.local_sites());
    const double share = 1.0 / static_cast<double>(counts[0] * counts[1]);
    const std::size_t modes = recorded_.size();
    // Modes of v, averages of phi_p^2 K, the average of z^2, the average kurtosis.
    const std::size_t stride = 2 * modes + 2;
    std::vector<double> sums(populations_.size() * stride, 0.0);
    std::vector<double> phi(modes);
    for (std::size_t s = 0; s < local; ++s) {
        const model::Position x =
            solver_.site_position(solver_.first_site() + static_cast<std::int64_t>(s));
        recorded_.values(balance_->model().phase(x), phi.data());
        for (std::size_t a = 0; a < populations_.size(); ++a) {
            const double v = fields.mean[a * local + s];
            const double k = fields.variance[a * local + s];
            for (std::size_t p = 0; p < modes; ++p) {
                sums[a * stride + p] += share * phi[p] * v;
                sums[a * stride + modes + p] += share * phi[p] * phi[p] * k;
            }
            sums[a * stride + 2 * modes] += share * (v * v + k);
            sums[a * stride + 2 * modes + 1] += share * fields.kurtosis[a * local + s];
        }
    }
    comm_.sum_reals(sums);
    last_ = {};
    last_.time = averages.time;
    for (std::size_t a = 0; a < populations_.size(); ++a) {
        const double* of_population = sums.data() + a * stride;
        const auto n = static_cast<double>(balance_->model().population(a).neurons);
        double field_square = 0.0; // average of vhat^2, by Parseval
        for (std::size_t p = 0; p < modes; ++p) {
            last_.mean_modes.push_back(of_population[p]);
            last_.mode_error.push_back(diagnostics::error_of_mean(of_population[modes + p], n));
            field_square += of_population[p] * of_population[p] / recorded_.norm(p);
        }
        const double variance = of_population[2 * modes] - field_square;
        last_.mean.push_back(of_population[recorded_.index({{}, false})]);
        last_.variance.push_back(variance);
        last_.mean_error.push_back(diagnostics::error_of_mean(variance, n));
        last_.variance_error.push_back(
            diagnostics::error_of_variance(variance, of_population[2 * modes + 1], n));
    }
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
    std::vector<double> result(populations_.size() * rows * columns * edges.size(), 0.0);
    for (std::size_t a = 0; a < populations_.size(); ++a) {
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

KineticPhases KineticRun::phases() {
    const kinetic::Effort effort = solver_.effort();
    KineticPhases phases;
    if (solver_.local_sites() > 0) {
        phases = {effort.assembly_seconds, effort.solve_seconds, effort.moment_seconds, 0.0, 0.0};
    }
    phases.steps = seconds_;
    phases.output = output_seconds_;
    return phases;
}

std::string KineticRun::summary() {
    const kinetic::Effort effort = solver_.effort();
    const kinetic::InitialProjection& projection = solver_.initial_projection();
    std::string text =
        fmt::format("{:<16} {:>12} {:>12}   at t = {:g}, eps = {:g}\n", "kinetic limit", "mean",
                    "variance", last_.time, solver_.epsilon());
    for (std::size_t a = 0; a < populations_.size(); ++a) {
        text += fmt::format("  {:<14} {:>12.6f} {:>12.6f}   (initial mean moved by up to {:.2g} "
                            "onto the balance)\n",
                            populations_[a], last_.mean[a], last_.variance[a],
                            projection.largest_change[a]);
    }
    text += fmt::format(
        "  {} steps ({} rejected, {} limited to stay positive), {} Newton iterations, {:.1f} s\n",
        effort.steps, effort.rejected_steps, effort.limited_steps, effort.newton_iterations,
        seconds_ + output_seconds_);
    return text;
}

} // namespace equipoise::driver
