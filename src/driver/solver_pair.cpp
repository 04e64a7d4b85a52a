#include "equipoise/driver/solver_pair.hpp"

#include "equipoise/driver/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace equipoise::driver {

SolverPair::SolverPair(std::string first, std::string second, const model::Model& model,
                       const model::Basis& recorded, std::int64_t realisations)
    : first_(std::move(first)), second_(std::move(second)),
      group_("/comparison/" + first_ + "_" + second_), realisations_(realisations),
      populations_(population_names(model)), modes_(mode_names(model, recorded)) {
    if (first_ == "network" && second_ == "field") { // who know covariances
        pairs_ = pair_names(model);
    }
    const std::size_t count = populations_.size();
    using Values = diagnostics::Comparison;
    quantities_.push_back({"mean",
                           {"population"},
                           populations_,
                           "the population average of z",
                           &RecordView::mean,
                           &RecordView::mean_error,
                           Values(count)});
    quantities_.push_back({"variance",
                           {"population"},
                           populations_,
                           "the variance about the mean field",
                           &RecordView::variance,
                           &RecordView::variance_error,
                           Values(count)});
    if (modes_.size() > 1) {
        quantities_.push_back({"mode",
                               {"population", "mode"},
                               populations_,
                               "the average of phi_p(x) z",
                               &RecordView::mean_modes,
                               &RecordView::mode_error,
                               Values(count * modes_.size())});
    }
    if (!pairs_.empty()) {
        quantities_.push_back({"covariance",
                               {"pair"},
                               pairs_,
                               "the covariance of pairs about the mean fields",
                               &RecordView::covariance,
                               &RecordView::covariance_error,
                               Values(pairs_.size())});
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
    }
}

void SolverPair::record(io::OutputFile& file, const RecordView& first, const RecordView& second) {
    file.append(path("time"), second.time);
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
    }
}

void SolverPair::save(Snapshot& snapshot) const {
    for (const Quantity& quantity : quantities_) {
        snapshot.content.reals.emplace_back(path(quantity.name).substr(1),
                                            quantity.comparison.state());
    }
}

void SolverPair::restore(const io::CheckpointReader& checkpoint) {
    for (Quantity& quantity : quantities_) {
        quantity.comparison.restore(checkpoint.reals(path(quantity.name).substr(1)));
    }
}

void SolverPair::finish(io::OutputFile& file) const {
    for (const Quantity& quantity : quantities_) {
        std::vector<double> largest;
        std::vector<double> rms;
        std::vector<double> in_errors;
        for (std::size_t i = 0; i < quantity.comparison.size(); ++i) {
            const diagnostics::Difference difference = quantity.comparison.difference(i);
            largest.push_back(difference.largest);
            rms.push_back(difference.root_mean_square);
            in_errors.push_back(difference.largest_in_errors);
        }
        file.write(path(quantity.name + "_largest"), largest);
        file.write(path(quantity.name + "_rms"), rms);
        if (samples()) {
            file.write(path(quantity.name + "_largest_in_errors"), in_errors);
        }
    }
}

/// The worst of the entries from .. to of a quantity.
std::string SolverPair::line(const Quantity& quantity, std::size_t from, std::size_t to,
                             const std::string& name) const {
    diagnostics::Difference worst;
    std::size_t at = from;
    for (std::size_t i = from; i < to; ++i) {
        const diagnostics::Difference difference = quantity.comparison.difference(i);
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
        text += fmt::format(" {:>8.1f}   {}", worst.largest_in_errors, diagnostics::verdict(worst));
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
    std::string text = fmt::format("{:<24} {:>11} {:>11} {:>9}{}\n", between(), "largest", "rms",
                                   "at t", samples() ? "  errors   verdict" : "");
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
