#include "equipoise/driver/field_run.hpp"

#include "equipoise/util/log.hpp"
#include "equipoise/util/stopwatch.hpp"

#include <fmt/format.h>

#include <utility>

namespace equipoise::driver {

namespace {

const char* const state_path = "/field/state";
const char* const clocks_path = "field/clocks";
const char* const checks_path = "field/steps_since_check";
const char* const multipliers_path = "field/multipliers";
const char* const rules_path = "field/rules";

} // namespace

/// Values per site of a saved state.
std::uint64_t FieldRun::stride() const {
    return 2 * output_.populations().size() + output_.pairs().size();
}

FieldRun::FieldRun(const parallel::Communicator& comm, const config::Config& config,
                   const balance::Balance& balance, const model::Basis& recorded)
    : comm_(comm), solver_(comm, balance, config, [](const std::string& text) { log::warn(text); }),
      output_(comm, "/field", config, balance, recorded,
              {solver_.site_counts(), solver_.first_site(), solver_.local_sites()}) {}

void FieldRun::declare(io::Schema& schema) const {
    output_.declare(schema);
    output_.declare_covariance(schema);
    schema.group_attributes.push_back({"/field", {"eps", solver_.epsilon()}});
    schema.group_attributes.push_back(
        {"/field", {"closure", field::closure_name(solver_.closure())}});
}

void FieldRun::begin(io::OutputFile& file) {
    output_.begin(file);
    record(file);
}

LatticeRecord FieldRun::lattice_record(const field::Averages& averages,
                                       const field::SiteFields& fields) {
    LatticeRecord record;
    record.time = averages.time;
    record.mean = &fields.mean;
    record.variance = &fields.variance;
    record.covariance = &fields.covariance;
    record.balance = &averages.balance;
    record.input = &averages.input;
    record.balance_error = averages.balance_error;
    return record;
}

void FieldRun::record(io::OutputFile& file) {
    const Stopwatch watch;
    const field::Averages averages = solver_.averages();
    const field::SiteFields fields = solver_.fields();
    last_ = output_.record(file, lattice_record(averages, fields));
    spectrum_ = averages.spectrum;
    output_seconds_ += watch.seconds();
}

void FieldRun::save(Snapshot& snapshot) {
    field::SavedState saved = solver_.save();
    // A rank without sites holds nothing, and rank 0 always has some.
    const auto shared = [this](std::vector<double> values) {
        std::vector<double> size{static_cast<double>(values.size())};
        comm_.broadcast(size);
        values.resize(static_cast<std::size_t>(size[0]));
        comm_.broadcast(values);
        return values;
    };
    std::vector<std::int64_t> checks{saved.steps_since_check};
    comm_.broadcast(checks);
    snapshot.add_part(state_path, {static_cast<std::uint64_t>(output_.sites().global()), stride()},
                      static_cast<std::uint64_t>(solver_.first_site()),
                      static_cast<std::uint64_t>(solver_.local_sites()), std::move(saved.values));
    io::CheckpointContent& content = snapshot.content;
    content.reals.emplace_back(clocks_path,
                               shared({last_.time, saved.time, saved.next_step, saved.rule_error}));
    content.reals.emplace_back(multipliers_path, shared(std::move(saved.multipliers)));
    content.reals.emplace_back(rules_path, shared(std::move(saved.rules)));
    content.integers.emplace_back(checks_path, std::move(checks));
}

void FieldRun::restore(const io::CheckpointReader& checkpoint) {
    const std::vector<double>& clocks = checkpoint.reals(clocks_path);
    field::SavedState saved;
    saved.time = clocks.at(1);
    saved.next_step = clocks.at(2);
    saved.rule_error = clocks.at(3);
    saved.first_site = solver_.first_site();
    saved.sites = solver_.local_sites();
    saved.stride = static_cast<std::int64_t>(stride());
    saved.multipliers = checkpoint.reals(multipliers_path);
    saved.rules = checkpoint.reals(rules_path);
    saved.steps_since_check = checkpoint.integers(checks_path).at(0);
    saved.values.resize(static_cast<std::size_t>(saved.sites * saved.stride));
    checkpoint.read_part(state_path, static_cast<std::uint64_t>(saved.first_site),
                         static_cast<std::uint64_t>(saved.sites), saved.values);
    solver_.restore(saved);
    const field::Averages averages = solver_.averages();
    const field::SiteFields fields = solver_.fields();
    last_ = output_.view(lattice_record(averages, fields));
    last_.time = clocks.at(0);
    spectrum_ = averages.spectrum;
}

std::string FieldRun::summary() {
    const field::Effort effort = solver_.effort();
    const field::Quadrature quadrature = solver_.quadrature();
    std::string text =
        fmt::format("{:<16} {:>12} {:>12}   at t = {:g}, eps = {:g}\n", "neural field", "mean",
                    "variance", last_.time, solver_.epsilon());
    for (std::size_t a = 0; a < output_.populations().size(); ++a) {
        text += fmt::format("  {:<14} {:>12.6f} {:>12.6f}\n", output_.populations()[a],
                            last_.mean[a], last_.variance[a]);
    }
    text +=
        solver_.closure() == field::Closure::exact
            ? "  closure exact: linear drifts and constant noise, the fluctuations are Gaussian\n"
            : "  closure approximate: the fluctuations are taken as Gaussian, which they are not "
              "here\n";
    return text + fmt::format("  {} steps ({} rejected), expectations within {:.1e}, {:.1f} s\n",
                              effort.steps, effort.rejected_steps, quadrature.largest_error,
                              step_seconds_ + output_seconds_);
}

} // namespace equipoise::driver
