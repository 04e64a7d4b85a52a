#include "equipoise/driver/ensemble_output.hpp"

#include "equipoise/driver/names.hpp"
#include "equipoise/driver/stability_output.hpp"
#include "equipoise/driver/stepped_network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace equipoise::driver {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
const char* const sums_path = "ensemble/squares";
/// What the theory predicts the deviation of.
constexpr std::array fluctuating{"mean", "variance"};

std::string path(const std::string& name) {
    return "/ensemble/" + name;
}

io::Dataset dataset(const std::string& name, std::vector<std::string> dimensions,
                    const std::string& long_name) {
    for (std::string& dimension : dimensions) {
        dimension = path(dimension);
    }
    return {path(name), io::Type::real64, std::move(dimensions), "1", long_name};
}

} // namespace

EnsembleOutput::EnsembleOutput(const config::Config& config, const model::Model& model,
                               const model::Basis& recorded)
    : config_(&config), populations_(population_names(model)), modes_(mode_names(model, recorded)),
      pairs_(pair_names(model)), squares_(fluctuating.size() * populations_.size(), 0.0) {
    using network::Record;
    add("mean", &Record::mean, "population average of the state z", {"population"}, true);
    add("variance", &Record::variance, "population average of (z - vhat(x))^2", {"population"},
        true);
    add("mean_modes", &Record::mean_modes, "population average of phi_p(x) z",
        {"population", "mode"}, true);
    add("covariance", &Record::covariance, "average of (z - vhat(x)) (z' - vhat'(x)) over pairs",
        {"pair"}, true);
    add("balance", &Record::balance, "residual r of the balance", {"population", "mode"}, false);
    add("input", &Record::input, "multiplier h", {"population", "mode"}, false);
}

void EnsembleOutput::add(const char* name, std::vector<double> network::Record::*value,
                         const char* meaning, std::vector<std::string> dimensions,
                         bool by_realisation) {
    std::size_t size = 1;
    for (const std::string& dimension : dimensions) {
        size *= dimension == "population" ? populations_.size()
                : dimension == "mode"     ? modes_.size()
                                          : pairs_.size();
    }
    quantities_.push_back(
        {name, value, meaning, width_, size, std::move(dimensions), by_realisation});
    width_ += size;
}

void EnsembleOutput::declare(io::Schema& schema) const {
    std::vector<std::string> seeds;
    for (std::int64_t r = 0; r < config_->run.realisations; ++r) {
        seeds.push_back(std::to_string(of_realisation(*config_, r).run.seed));
    }
    schema.dimensions.push_back(io::unlimited(path("time"), "1", "time"));
    schema.dimensions.push_back(io::labels(path("population"), populations_, "population"));
    schema.dimensions.push_back(io::labels(path("mode"), modes_, "mode phi_p(x)"));
    if (!pairs_.empty()) {
        schema.dimensions.push_back(io::labels(path("pair"), pairs_, "pair of populations"));
    }
    schema.dimensions.push_back(
        io::labels(path("realisation"), std::move(seeds), "realisation, by its seed"));
    const auto declare_one = [&schema](const std::string& name, std::vector<std::string> dimensions,
                                       const std::string& long_name) {
        schema.datasets.push_back(dataset(name, std::move(dimensions), long_name));
    };
    for (const Quantity& quantity : quantities_) {
        if (quantity.size == 0) { // no pairs
            continue;
        }
        std::vector<std::string> dimensions = quantity.dimensions;
        dimensions.insert(dimensions.begin(), "time");
        declare_one(quantity.name, dimensions, "mean over realisations: " + quantity.meaning);
        declare_one(quantity.name + "_error", dimensions,
                    "standard error of the mean over realisations: " + quantity.meaning);
        declare_one(quantity.name + "_deviation", dimensions,
                    "standard deviation between realisations: " + quantity.meaning);
        if (quantity.by_realisation) {
            dimensions.insert(dimensions.begin() + 1, "realisation");
            declare_one("realisations/" + quantity.name, dimensions, quantity.meaning);
        }
    }
    for (const std::string name : fluctuating) {
        declare_one("measured_" + name + "_deviation", {"population"},
                    "deviation between realisations of the " + name +
                        ", root mean square over the second half of the run");
        declare_one("predicted_" + name + "_deviation", {"population"},
                    "predicted deviation of the " + name +
                        " in the stationary state; NaN where the theory does not apply");
    }
}

void EnsembleOutput::pack(const network::Record& record, std::span<double> into) const {
    for (const Quantity& quantity : quantities_) {
        const std::vector<double>& values = record.*quantity.value;
        std::copy(values.begin(), values.end(),
                  into.begin() + static_cast<std::ptrdiff_t>(quantity.begin));
    }
}

void EnsembleOutput::set_last(double t, const diagnostics::SampleStatistics& statistics) {
    const auto mean = [&](std::size_t quantity) {
        const std::span<const double> values = part(quantities_[quantity], statistics.mean);
        return std::vector<double>(values.begin(), values.end());
    };
    last_ = {t, mean(0), mean(1), mean(2), mean(3), {}, {}, {}, {}};
    last_error_ = statistics.error;
}

void EnsembleOutput::recall(double t, std::span<const double> samples) {
    set_last(t, diagnostics::sample_statistics(samples, width_));
}

void EnsembleOutput::record(io::OutputFile& file, double t, std::span<const double> samples) {
    const diagnostics::SampleStatistics statistics =
        diagnostics::sample_statistics(samples, width_);
    file.append(path("time"), t);
    for (const Quantity& quantity : quantities_) {
        if (quantity.size == 0) {
            continue;
        }
        file.append(path(quantity.name), part(quantity, statistics.mean));
        file.append(path(quantity.name + "_error"), part(quantity, statistics.error));
        file.append(path(quantity.name + "_deviation"), part(quantity, statistics.deviation));
        if (quantity.by_realisation) {
            std::vector<double> values;
            for (std::size_t row = 0; row < samples.size(); row += width_) {
                const std::span<const double> own = part(quantity, samples.subspan(row, width_));
                values.insert(values.end(), own.begin(), own.end());
            }
            file.append(path("realisations/" + quantity.name), values);
        }
    }
    set_last(t, statistics);
    if (t >= 0.5 * config_->run.t_end) {
        records_ += 1.0;
        for (std::size_t i = 0; i < squares_.size(); ++i) {
            squares_[i] += statistics.deviation[i] * statistics.deviation[i];
        }
    }
}

void EnsembleOutput::save(Snapshot& snapshot) const {
    std::vector<double> state{config_->run.t_end, records_};
    state.insert(state.end(), squares_.begin(), squares_.end());
    snapshot.content.reals.emplace_back(sums_path, std::move(state));
}

void EnsembleOutput::restore(const io::CheckpointReader& checkpoint) {
    const std::vector<double>& state = checkpoint.reals(sums_path);
    if (state.at(0) != config_->run.t_end) {
        return; // another half of the run is the second one now: counted from here on
    }
    records_ = state.at(1);
    squares_.assign(state.begin() + 2, state.end());
}

void EnsembleOutput::finish(io::OutputFile& file, const fluctuations::Prediction& prediction) {
    no_prediction_ =
        prediction.applies() ? reason_against_realisations(*config_) : prediction.reason;
    measured_.clear();
    for (const double square : squares_) {
        measured_.push_back(std::sqrt(square / records_));
    }
    predicted_.assign(squares_.size(), none);
    const std::size_t count = populations_.size();
    for (std::size_t a = 0; no_prediction_.empty() && a < count; ++a) {
        predicted_[a] = prediction.mean_deviation(a);
        predicted_[count + a] = prediction.variance_deviation(a);
    }
    for (std::size_t i = 0; i < fluctuating.size(); ++i) {
        const std::string name = std::string(fluctuating[i]) + "_deviation";
        file.write(path("measured_" + name), std::span(measured_).subspan(i * count, count));
        file.write(path("predicted_" + name), std::span(predicted_).subspan(i * count, count));
    }
}

std::string EnsembleOutput::means() const {
    std::string text = fmt::format("{:<24} {:>12} {:>11} {:>12} {:>11}   at t = {:g}\n",
                                   fmt::format("mean of {} networks", config_->run.realisations),
                                   "mean", "+-", "variance", "+-", last_.time);
    const std::size_t count = populations_.size();
    for (std::size_t a = 0; a < count; ++a) {
        text +=
            fmt::format("  {:<22} {:>12.6f} {:>11.2e} {:>12.6f} {:>11.2e}\n", populations_[a],
                        last_.mean[a], last_error_[a], last_.variance[a], last_error_[count + a]);
    }
    return text;
}

std::string EnsembleOutput::deviations() const {
    if (measured_.empty()) {
        return {};
    }
    std::string text =
        fmt::format("{:<24} {:>11} {:>11}\n", "between realisations", "predicted", "measured");
    for (std::size_t i = 0; i < measured_.size(); ++i) {
        text += fmt::format("  {:<22} {:>11} {:>11.3e}\n",
                            fmt::format("{} of {}", fluctuating[i / populations_.size()],
                                        populations_[i % populations_.size()]),
                            std::isnan(predicted_[i]) ? "-" : fmt::format("{:.3e}", predicted_[i]),
                            measured_[i]);
    }
    if (!no_prediction_.empty()) {
        text += "  no prediction: " + no_prediction_ + "\n";
    }
    return text +
           fmt::format("  (standard deviations; measured: root mean square over {:.0f} "
                       "records from t = {:g} on; a single one is within about {:.0f} %)\n",
                       records_, 0.5 * config_->run.t_end,
                       100.0 / std::sqrt(2.0 * static_cast<double>(config_->run.realisations - 1)));
}

} // namespace equipoise::driver
