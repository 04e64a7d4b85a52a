#include "equipoise/driver/convergence_output.hpp"

#include "equipoise/driver/record.hpp"

#include <fmt/format.h>

#include <cmath>
#include <utility>

namespace equipoise::driver {

namespace {

std::string in_group(const std::string& name) {
    return "/convergence/" + name;
}

io::Schema schema_of(const config::Config& config, int ranks, const std::string& run_id,
                     const Convergence& convergence) {
    io::Schema schema = file_schema(config, ranks, run_id);
    const auto attribute = [&schema](const std::string& name, io::AttributeValue value) {
        schema.group_attributes.push_back({"/convergence", {name, std::move(value)}});
    };
    attribute("limit", convergence.limit);
    attribute("first_time", convergence.first_time);
    attribute("times", convergence.times);
    attribute("confidence", 0.95);
    attribute("no_prediction", convergence.no_prediction);
    schema.dimensions.push_back(
        io::labels(in_group("population"), convergence.populations, "population"));
    io::Dimension size =
        io::extent(in_group("size"), convergence.sizes.size(), "neurons of the first population");
    size.values = convergence.sizes;
    schema.dimensions.push_back(std::move(size));
    schema.dimensions.push_back(io::extent(in_group("realisation"),
                                           static_cast<std::uint64_t>(convergence.realisations),
                                           "realisation r has the seed run.seed + r"));
    schema.dimensions.push_back(
        io::labels(in_group("bound"), {"lower", "upper"}, "end of a confidence interval"));
    const auto add = [&schema](const std::string& name, std::vector<std::string> dimensions,
                               const std::string& long_name) {
        for (std::string& dimension : dimensions) {
            dimension = in_group(dimension);
        }
        schema.datasets.push_back(
            {in_group(name), io::Type::real64, std::move(dimensions), "1", long_name});
    };
    for (const ConvergenceErrors& errors : convergence.errors) {
        const std::string& name = errors.name;
        add(name + "_square", {"population", "size", "realisation"},
            "average over time of (network - limit)^2");
        add(name + "_error", {"population", "size"},
            "root mean square of network - limit over realisations and time");
        add(name + "_independent", {"population", "size"},
            "the same for as many independent neurons");
        add(name + "_exponent", {"population"}, "b of error ~ n^b");
        add(name + "_exponent_interval", {"population", "bound"}, "95 % confidence interval of b");
        if (!errors.predicted.empty()) {
            add(name + "_predicted", {"population", "size"},
                "the error that the finite-size theory predicts");
            add(name + "_predicted_exponent", {"population"}, "b fitted to the predicted errors");
        }
    }
    return schema;
}

std::string in_words(const Convergence& convergence) {
    return fmt::format(
        "convergence to the limit ({} solver), {} realisation{} of each size in {} group{} of "
        "ranks\nroot mean square over realisations and {} output times from t = {:g} on\n",
        convergence.limit, convergence.realisations, convergence.realisations == 1 ? "" : "s",
        convergence.groups, convergence.groups == 1 ? "" : "s", convergence.times,
        convergence.first_time);
}

} // namespace

std::string convergence_table(const Convergence& convergence) {
    std::string text = in_words(convergence);
    const bool theory = convergence.no_prediction.empty();
    for (const ConvergenceErrors& errors : convergence.errors) {
        text += fmt::format("\n{:<10} {:<12} {:>10} {:>12} {:>12}{}\n", errors.name, "population",
                            "n", "error", "independent", theory ? "    predicted" : "");
        for (std::size_t a = 0; a < convergence.populations.size(); ++a) {
            for (std::size_t s = 0; s < convergence.sizes.size(); ++s) {
                const std::size_t i = convergence.index(a, s);
                text += fmt::format("{:<10} {:<12} {:>10} {:>12.4e} {:>12.3f}", "",
                                    convergence.populations[a], convergence.sizes[s],
                                    errors.error[i], errors.error[i] / errors.independent[i]);
                text += theory ? fmt::format(" {:>12.4e}\n", errors.predicted[i]) : "\n";
            }
            const diagnostics::PowerLaw& fit = errors.exponent[a];
            text += fmt::format("{:<10} {:<12} error ~ n^b, b = {:.3f}, 95 % interval [{:.3f}, "
                                "{:.3f}]",
                                "", convergence.populations[a], fit.exponent, fit.lower, fit.upper);
            text +=
                theory ? fmt::format("; predicted {:.3f}\n", errors.predicted_exponent[a]) : "\n";
        }
    }
    text += "\nindependent: the error in units of that of as many independent neurons\n";
    if (theory) {
        text += fmt::format("predicted: distance of the stationary state at this n from its limit, "
                            "and fluctuations about it;\n           the limit is within {:.1e} of "
                            "its stationary state at the times that count\n",
                            convergence.unsettled);
    } else {
        text += "no predicted errors: " + convergence.no_prediction + "\n";
    }
    text.pop_back();
    return text;
}

ConvergenceFile::ConvergenceFile(const parallel::Communicator& comm, const config::Config& config,
                                 const std::string& path, const Convergence& planned)
    : file_(comm, path, schema_of(config, comm.size(), new_run_id(comm), planned)) {}

void ConvergenceFile::write(const Convergence& convergence) {
    for (const ConvergenceErrors& errors : convergence.errors) {
        const auto put = [&](const std::string& what, const std::vector<double>& values) {
            file_.write(in_group(errors.name + what), values);
        };
        std::vector<double> exponents;
        std::vector<double> intervals;
        for (const diagnostics::PowerLaw& fit : errors.exponent) {
            exponents.push_back(fit.exponent);
            intervals.insert(intervals.end(), {fit.lower, fit.upper});
        }
        put("_square", errors.squares);
        put("_error", errors.error);
        put("_independent", errors.independent);
        put("_exponent", exponents);
        put("_exponent_interval", intervals);
        if (!errors.predicted.empty()) {
            put("_predicted", errors.predicted);
            put("_predicted_exponent", errors.predicted_exponent);
        }
    }
    file_.finish(true);
}

} // namespace equipoise::driver
