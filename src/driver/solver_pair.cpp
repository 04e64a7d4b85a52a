#include "equipoise/driver/solver_pair.hpp"

#include "equipoise/driver/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace equipoise::driver {

SolverPair::SolverPair(std::string first, std::string second, const model::Model& model,
                       const model::Basis& recorded, std::optional<PredictedErrors> predicted,
                       std::int64_t realisations)
    : first_(std::move(first)), second_(std::move(second)),
      group_("/comparison/" + first_ + "_" + second_), realisations_(realisations),
      populations_(population_names(model)), modes_(mode_names(model, recorded)),
      predicted_(std::move(predicted)) {
    if (first_ == "network" && second_ == "field") { // who know covariances
        pairs_ = pair_names(model);
    }
    using Errors = PredictedErrors::Errors;
    const auto add = [this](const char* name, std::vector<std::string> dimensions,
                            const std::vector<std::string>& rows, std::size_t columns,
                            const char* meaning, std::vector<double> RecordView::*value,
                            std::vector<double> RecordView::*error,
                            std::vector<double> Errors::*by_theory) {
        const diagnostics::Comparison empty(rows.size() * columns);
        quantities_.push_back(
            {name, std::move(dimensions), rows, meaning, value, error, by_theory, empty, empty});
    };
    add("mean", {"population"}, populations_, 1, "the population average of z", &RecordView::mean,
        &RecordView::mean_error, &Errors::mean);
    add("variance", {"population"}, populations_, 1, "the variance about the mean field",
        &RecordView::variance, &RecordView::variance_error, &Errors::variance);
    if (modes_.size() > 1) {
        add("mode", {"population", "mode"}, populations_, modes_.size(),
            "the average of phi_p(x) z", &RecordView::mean_modes, &RecordView::mode_error,
            &Errors::mean_modes);
    }
    if (!pairs_.empty()) {
        add("covariance", {"pair"}, pairs_, 1, "the covariance of pairs about the mean fields",
            &RecordView::covariance, &RecordView::covariance_error, nullptr);
    }
}

void SolverPair::declare(io::Schema& schema) const {
    schema.dimensions.push_back(io::unlimited(path("time"), "1", "time"));
    schema.dimensions.push_back(io::labels(path("population"), populations_, "population"));
    schema.dimensions.push_back(io::labels(path("mode"), modes_, "mode phi_p(x)"));
    if (!pairs_.empty()) {
        schema.dimensions.push_back(io::labels(path("pair"), pairs_, "pair of populations"));
    }
    const std::string difference = between();
    for (const Quantity& quantity : quantities_) {
        std::vector<std::string> fixed;
        for (const std::string& dimension : quantity.dimensions) {
            fixed.push_back(path(dimension));
        }
        std::vector<std::string> growing{path("time")};
        growing.insert(growing.end(), fixed.begin(), fixed.end());
        const auto add = [&](const std::string& name, const std::vector<std::string>& dimensions,
                             const std::string& long_name) {
            schema.datasets.push_back(
                {path(quantity.name + "_" + name), io::Type::real64, dimensions, "1", long_name});
        };
        add("difference", growing, difference + " in " + quantity.meaning);
        add("largest", fixed,
            "largest |" + difference + "| in " + quantity.meaning + " after t = 0");
        add("rms", fixed,
            "root mean square of " + difference + " in " + quantity.meaning + " after t = 0");
        if (samples()) {
            add("error", growing,
                std::string("standard error expected of ") +
                    (realisations_ > 1 ? "as many networks of " : "") + "independent neurons, of " +
                    quantity.meaning);
            add("largest_in_errors", fixed,
                "largest |" + difference + "| in standard errors, of " + quantity.meaning +
                    " after t = 0");
        }
        if (has_theory(quantity)) {
            add("predicted_error", growing,
                "error that finite-size theory predicts, of " + quantity.meaning +
                    "; NaN where it does not apply");
            add("largest_in_predicted_errors", fixed,
                "largest |" + difference + "| in predicted errors, of " + quantity.meaning +
                    " where they apply after t = 0");
        }
    }
    if (predicted_) {
        schema.group_attributes.push_back(
            {group_,
             {"predicted_errors",
              predicted_->reason().empty()
                  ? "of the stationary state at this n, for the network's scheme and step; the "
                    "verdict is by them where the limit is there, else by independent neurons"
                  : "none: " + predicted_->reason()}});
    }
}

void SolverPair::record(io::OutputFile& file, const RecordView& first, const RecordView& second) {
    file.append(path("time"), second.time);
    const PredictedErrors::Errors predicted =
        predicted_ ? predicted_->beside(second) : PredictedErrors::Errors();
    for (Quantity& quantity : quantities_) {
        const std::vector<double>& a = first.*quantity.value;
        const std::vector<double>& b = second.*quantity.value;
        std::vector<double> error(b.size(), 0.0);
        if (samples()) {
            const double root = std::sqrt(static_cast<double>(realisations_));
            std::transform((second.*quantity.error).begin(), (second.*quantity.error).end(),
                           error.begin(), [root](double of_one) { return of_one / root; });
        }
        std::vector<double> difference;
        for (std::size_t i = 0; i < b.size(); ++i) {
            difference.push_back(a[i] - b[i]);
        }
        file.append(path(quantity.name + "_difference"), difference);
        if (samples()) {
            file.append(path(quantity.name + "_error"), error);
        }
        if (second.time > 0.0) {
            quantity.comparison.add(second.time, a, b, error);
        }
        if (has_theory(quantity)) {
            const std::vector<double>& by_theory = predicted.*quantity.predicted;
            file.append(path(quantity.name + "_predicted_error"), by_theory);
            if (second.time > 0.0) {
                quantity.by_theory.add(second.time, a, b, by_theory);
            }
        }
    }
}

void SolverPair::save(Snapshot& snapshot) const {
    for (const Quantity& quantity : quantities_) {
        snapshot.content.reals.emplace_back(path(quantity.name).substr(1),
                                            quantity.comparison.state());
        if (has_theory(quantity)) {
            snapshot.content.reals.emplace_back(path(quantity.name).substr(1) + "_predicted",
                                                quantity.by_theory.state());
        }
    }
}

void SolverPair::restore(const io::CheckpointReader& checkpoint) {
    for (Quantity& quantity : quantities_) {
        const std::string name = path(quantity.name).substr(1);
        quantity.comparison.restore(checkpoint.reals(name));
        if (has_theory(quantity)) {
            quantity.by_theory.restore(checkpoint.reals(name + "_predicted"));
        }
    }
}

void SolverPair::finish(io::OutputFile& file) const {
    for (const Quantity& quantity : quantities_) {
        std::vector<double> largest;
        std::vector<double> rms;
        std::vector<double> in_errors;
        std::vector<double> by_theory;
        for (std::size_t i = 0; i < quantity.comparison.size(); ++i) {
            const diagnostics::Difference difference = quantity.comparison.difference(i);
            largest.push_back(difference.largest);
            rms.push_back(difference.root_mean_square);
            in_errors.push_back(difference.largest_in_errors);
            const double predicted = quantity.by_theory.difference(i).largest_in_errors;
            by_theory.push_back(predicted > 0.0 ? predicted
                                                : std::numeric_limits<double>::quiet_NaN());
        }
        file.write(path(quantity.name + "_largest"), largest);
        file.write(path(quantity.name + "_rms"), rms);
        if (samples()) {
            file.write(path(quantity.name + "_largest_in_errors"), in_errors);
        }
        if (has_theory(quantity)) {
            file.write(path(quantity.name + "_largest_in_predicted_errors"), by_theory);
        }
    }
}

/// The worst of the entries from .. to of a quantity.
std::string SolverPair::line(const Quantity& quantity, std::size_t from, std::size_t to,
                             const std::string& name) const {
    diagnostics::Difference worst;
    diagnostics::Difference by_theory;
    std::size_t at = from;
    for (std::size_t i = from; i < to; ++i) {
        const diagnostics::Difference difference = quantity.comparison.difference(i);
        const diagnostics::Difference theory = quantity.by_theory.difference(i);
        if (theory.largest_in_errors > by_theory.largest_in_errors) {
            by_theory = theory;
        }
        const bool worse = samples() ? difference.largest_in_errors >= worst.largest_in_errors
                                     : difference.largest >= worst.largest;
        if (worse) {
            worst = difference;
            at = i;
        }
    }
    std::string text = fmt::format("  {:<22} {:>11.3e} {:>11.3e} {:>9.4g}", name, worst.largest,
                                   worst.root_mean_square, worst.time_of_largest);
    if (samples()) {
        const bool predicted = by_theory.largest_in_errors > 0.0;
        text += fmt::format(" {:>8.1f} {:>10}   {}", worst.largest_in_errors,
                            predicted ? fmt::format("{:.1f}", by_theory.largest_in_errors) : "-",
                            diagnostics::verdict(predicted ? by_theory : worst));
    }
    if (to - from > 1) {
        text += fmt::format("  (mode {})", modes_[at % modes_.size()]);
    }
    return text + "\n";
}

std::string SolverPair::between() const {
    const std::string first =
        samples() && realisations_ > 1 ? fmt::format("mean of {} networks", realisations_) : first_;
    return first + " - " + second_;
}

std::string SolverPair::table() const {
    const std::string title = samples() && realisations_ > 1
                                  ? fmt::format("{} networks - {}", realisations_, second_)
                                  : between();
    std::string text = fmt::format("{:<24} {:>11} {:>11} {:>9}{}\n", title, "largest", "rms",
                                   "at t", samples() ? "  errors  predicted   verdict" : "");
    for (const Quantity& quantity : quantities_) {
        const std::size_t width = quantity.comparison.size() / quantity.rows.size();
        for (std::size_t a = 0; a < quantity.rows.size(); ++a) {
            text += line(quantity, a * width, (a + 1) * width,
                         quantity.name + " of " + quantity.rows[a]);
        }
    }
    return text;
}

} // namespace equipoise::driver
