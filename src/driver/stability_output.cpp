#include "equipoise/driver/stability_output.hpp"

#include "equipoise/diagnostics/comparison.hpp"
#include "equipoise/driver/names.hpp"
#include "equipoise/network/measure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace equipoise::driver {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

std::string path(const std::string& name) {
    return "/stability/" + name;
}

} // namespace

fluctuations::Prediction predict_network(const config::Config& config,
                                         const balance::Balance& balance) {
    return fluctuations::predict(config, balance,
                                 network::recorded_basis(balance.model(), config.network.modes));
}

std::string reason_against_realisations(const config::Config& config) {
    const bool shifted = config.domain.kind != config::DomainKind::point &&
                         config.network.positions == config::Positions::random;
    return shifted ? "random positions shift each network's averages, which the theory of its "
                     "fluctuations in time leaves out"
                   : "";
}

std::string in_words(const fluctuations::Prediction& prediction, const model::Model& model) {
    if (!prediction.applies()) {
        return "  no prediction: " + prediction.reason + "\n";
    }
    std::string text;
    for (std::size_t a = 0; a < model.population_count(); ++a) {
        const model::Population& population = model.population(a);
        text += fmt::format(
            "  mean of {:<10} {:>10.6f} +- {:.2e} over time (independent neurons: {:.2e})\n",
            population.name, prediction.mean[a], prediction.mean_deviation(a),
            diagnostics::error_of_mean(prediction.variance[a],
                                       static_cast<double>(population.neurons)));
    }
    for (const std::string& remark : prediction.remarks) {
        text += "  " + remark + "\n";
    }
    return text;
}

StabilityOutput::StabilityOutput(const config::Config& config, const balance::Balance& balance,
                                 std::string source)
    : config_(&config), balance_(&balance), source_(std::move(source)),
      populations_(population_names(balance.model())),
      sums_(1 + populations_.size() * (1 + populations_.size()), 0.0),
      first_(populations_.size(), 0.0) {}

void StabilityOutput::declare(io::Schema& schema) const {
    std::vector<double> numbers(balance_->size());
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        numbers[i] = static_cast<double>(i);
    }
    if (!numbers.empty()) {
        schema.dimensions.push_back(io::unlimited(path("time"), "1", "time"));
        schema.dimensions.push_back(io::coordinates(path("eigenvalue"), std::move(numbers), "1",
                                                    "number by descending real part"));
        const auto add = [&](const std::string& name, const std::string& long_name) {
            schema.datasets.push_back(
                {path(name), io::Type::real64, {path("time"), path("eigenvalue")}, "1", long_name});
        };
        add("real", "real parts of the eigenvalues of J; off balance, perturbations evolve as "
                    "exp(sqrt(n) J t)");
        add("imaginary", "imaginary parts of the eigenvalues of J");
        add("frequency", "predicted frequency sqrt(n) |Im|/(2 pi) of each eigenvalue");
    }
    schema.group_attributes.push_back({"/stability", {"source", source_}});
    if (config_->run.solvers.network) {
        schema.dimensions.push_back(io::labels(path("population"), populations_, "population"));
        schema.dimensions.push_back(io::labels(path("other"), populations_, "other population"));
        const auto add = [&](const std::string& name, std::vector<std::string> dimensions,
                             const std::string& long_name) {
            schema.datasets.push_back(
                {path(name), io::Type::real64, std::move(dimensions), "1", long_name});
        };
        add("predicted_mean", {path("population")},
            "stationary mean at eps = 1/sqrt(n); NaN where the theory does not apply");
        add("predicted_covariance", {path("population"), path("other")},
            "predicted covariance over time of the population means in the stationary state");
        add("measured_covariance", {path("population"), path("other")},
            "covariance over time of the recorded means in the second half of the run");
    }
}

void StabilityOutput::record(io::OutputFile& file, double t, const balance::Spectrum& spectrum) {
    if (balance_->size() == 0) {
        return;
    }
    const auto n = static_cast<double>(balance_->model().size());
    std::vector<double> real;
    std::vector<double> imaginary;
    std::vector<double> frequency;
    for (const auto& value : spectrum.eigenvalues) {
        real.push_back(value.real());
        imaginary.push_back(value.imag());
        frequency.push_back(balance::Spectrum{{value}, {}}.frequency(n));
    }
    file.append(path("time"), t);
    file.append(path("real"), real);
    file.append(path("imaginary"), imaginary);
    file.append(path("frequency"), frequency);
    last_words_ = fmt::format("balance at t = {:g}: {}\n", t, balance::in_words(spectrum, n));
}

void StabilityOutput::add(double t, const std::vector<double>& mean) {
    if (t < 0.5 * config_->run.t_end) {
        return;
    }
    const std::size_t count = populations_.size();
    if (sums_[0] == 0.0) {
        first_ = mean;
    }
    sums_[0] += 1.0;
    for (std::size_t a = 0; a < count; ++a) {
        sums_[1 + a] += mean[a] - first_[a];
        for (std::size_t b = 0; b < count; ++b) {
            sums_[1 + count + a * count + b] += (mean[a] - first_[a]) * (mean[b] - first_[b]);
        }
    }
}

std::vector<double> StabilityOutput::measured() const {
    const std::size_t count = populations_.size();
    const double records = sums_[0];
    std::vector<double> covariance(count * count, none);
    for (std::size_t a = 0; records > 1.0 && a < count; ++a) {
        for (std::size_t b = 0; b < count; ++b) {
            covariance[a * count + b] =
                (sums_[1 + count + a * count + b] - sums_[1 + a] * sums_[1 + b] / records) /
                (records - 1.0);
        }
    }
    return covariance;
}

void StabilityOutput::save(Snapshot& snapshot) const {
    std::vector<double> state{config_->run.t_end};
    state.insert(state.end(), sums_.begin(), sums_.end());
    state.insert(state.end(), first_.begin(), first_.end());
    snapshot.content.reals.emplace_back("stability/sums", std::move(state));
}

void StabilityOutput::restore(const io::CheckpointReader& checkpoint) {
    const std::vector<double>& state = checkpoint.reals("stability/sums");
    if (state.at(0) != config_->run.t_end) {
        return; // another half of the run is the second one now: counted from here on
    }
    const auto begin = state.begin() + 1;
    const auto split = begin + static_cast<std::ptrdiff_t>(sums_.size());
    sums_.assign(begin, split);
    first_.assign(split, state.end());
}

void StabilityOutput::finish(io::OutputFile& file) {
    if (!config_->run.solvers.network) {
        return;
    }
    prediction_ = predict_network(*config_, *balance_);
    const std::size_t count = populations_.size();
    std::vector<double> mean(count, none);
    std::vector<double> covariance(count * count, none);
    for (std::size_t a = 0; prediction_.applies() && a < count; ++a) {
        mean[a] = prediction_.mean[a];
        for (std::size_t b = 0; b < count; ++b) {
            covariance[a * count + b] =
                prediction_.covariance(static_cast<Eigen::Index>(a), static_cast<Eigen::Index>(b));
        }
    }
    file.write(path("predicted_mean"), mean);
    file.write(path("predicted_covariance"), covariance);
    file.write(path("measured_covariance"), measured());
}

std::string StabilityOutput::table() const {
    std::string text = last_words_;
    if (!config_->run.solvers.network || !prediction_.applies()) {
        return text;
    }
    const std::vector<double> covariance = measured();
    const std::size_t count = populations_.size();
    text += fmt::format("{:<24} {:>11} {:>11} {:>18}\n", "fluctuations of means", "predicted",
                        "measured", "independent");
    for (std::size_t a = 0; a < count; ++a) {
        const auto n = static_cast<double>(balance_->model().population(a).neurons);
        text += fmt::format("  {:<22} {:>11.3e} {:>11.3e} {:>18.3e}\n",
                            "deviation of " + populations_[a], prediction_.mean_deviation(a),
                            std::sqrt(covariance[a * count + a]),
                            diagnostics::error_of_mean(prediction_.variance[a], n));
    }
    return text + fmt::format("  (predicted for the stationary state; measured over {:.0f} records "
                              "from t = {:g} on)\n",
                              sums_[0], 0.5 * config_->run.t_end);
}

} // namespace equipoise::driver
