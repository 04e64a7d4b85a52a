#include "equipoise/driver/assessment.hpp"
#include "equipoise/driver/stability_output.hpp"
#include "equipoise/fluctuations/phase.hpp"
#include "equipoise/network/local_step.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>
#include <vector>

namespace equipoise::driver {

namespace {

using Text = std::back_insert_iterator<std::string>;

void describe_functions(Text out, const model::Model& model) {
    fmt::format_to(out, "\nFunctions\n");
    for (const model::Population& population : model.populations()) {
        const auto line = [&](const char* role, const model::FunctionPointer& function) {
            fmt::format_to(out, "  {:<12} {:<6} {}", population.name, role,
                           function->description());
            if (const model::Interval range = function->range(); range.is_bounded()) {
                fmt::format_to(out, "; defined on [{:g}, {:g}], leaving it ends the run",
                               range.lower, range.upper);
            }
            if (function->interpolation_error() > 0.0) {
                fmt::format_to(out, "; interpolated within {:.1e}",
                               function->interpolation_error());
            }
            fmt::format_to(out, "\n");
        };
        line("drift", population.drift);
        line("noise", population.noise);
        for (const model::FunctionPointer& gain : population.gains) {
            line("gain", gain);
        }
    }
}

void describe_kernels(Text out, const model::Model& model) {
    fmt::format_to(out,
                   "\nKernels (modes kept; coefficients below {:.0e} of the largest are dropped)\n",
                   model::kernel_truncation);
    for (std::size_t a = 0; a < model.population_count(); ++a) {
        for (std::size_t b = 0; b < model.population_count(); ++b) {
            if (!model.connected(a, b)) {
                continue;
            }
            const model::KernelModes& kernel = model.kernel(a, b);
            int highest = 0;
            for (const auto& [wave, coefficient] : kernel.coefficients) {
                highest = std::max({highest, std::abs(wave.k[0]), std::abs(wave.k[1])});
            }
            fmt::format_to(out, "  {} <- {:<8} {} wave vector{}, highest {}",
                           model.population(a).name, model.population(b).name,
                           kernel.coefficients.size(), kernel.coefficients.size() == 1 ? "" : "s",
                           highest);
            if (kernel.truncated > 0.0) {
                fmt::format_to(out, "; largest dropped {:.1e} of the largest kept",
                               kernel.truncated);
            }
            fmt::format_to(out, "\n");
        }
    }
}

/// The given means need not balance: what they would become, or that there is nothing to become.
void describe_balanced_state(Text out, const balance::Balance& balance) {
    if (balance.size() > balance::most_eigenvalues) {
        fmt::format_to(out, "  moved onto balance: not computed for {} unknowns, more than {}\n",
                       balance.size(), balance::most_eigenvalues);
        return;
    }
    const fluctuations::PhasePoint found = fluctuations::classify_point(balance);
    if (found.phase == fluctuations::Phase::none) {
        const std::string words = "no balanced state";
        fmt::format_to(out,
                       "  {}{}; a limit cannot start here, and the network's means grow until "
                       "something else holds them\n",
                       found.reason.starts_with(words) ? "" : words + ": ", found.reason);
    } else {
        fmt::format_to(out, "  moved onto balance, at t = 0: {}, largest real part {:.4g}\n",
                       fluctuations::name(found.phase), found.largest_real_part);
    }
}

void describe_balance(Text out, const balance::Balance& balance, const Assessment& assessment) {
    constexpr std::size_t shown = 8;
    const auto n = static_cast<double>(balance.model().size());
    fmt::format_to(out, "\nBalance at the initial state (n -> infinity)\n");
    if (balance.size() == 0) {
        fmt::format_to(out, "  no couplings: nothing to balance\n");
        return;
    }
    for (std::size_t i = 0; i < std::min(shown, balance.size()); ++i) {
        fmt::format_to(out, "  residual r  {:<32} {: .6e}\n", balance.name(balance.unknowns()[i]),
                       assessment.initial.residual[static_cast<Eigen::Index>(i)]);
    }
    if (balance.size() > shown) {
        fmt::format_to(out, "  ... {} more; largest |r| {:.6e}\n", balance.size() - shown,
                       assessment.initial.residual.cwiseAbs().maxCoeff());
    }
    for (const std::string& complaint : assessment.unbalanced_drive) {
        fmt::format_to(out, "  cannot balance: {}\n", complaint);
    }
    fmt::format_to(out, "\nSpectrum of J (perturbations off balance evolve as exp(sqrt(n) J t))\n");
    const auto& values = assessment.spectrum.eigenvalues;
    for (std::size_t i = 0; i < std::min(shown, values.size()); ++i) {
        fmt::format_to(out, "  eigenvalue  {: .6e} {:+.6e} i   {}\n", values[i].real(),
                       values[i].imag(), assessment.spectrum.unknowns[i]);
    }
    if (values.size() > shown) {
        fmt::format_to(out, "  ... {} more, further to the left\n", values.size() - shown);
    }
    if (assessment.spectrum.left_out > 0.0) {
        fmt::format_to(out,
                       "  of J with E[G'] averaged over the domain: {} unknowns are too many for "
                       "all of J; the largest mode left out of E[G'] is {:.2g} of its average\n",
                       balance.size(), assessment.spectrum.left_out);
    }
    fmt::format_to(out, "  {}\n", balance::in_words(assessment.spectrum, n));
    describe_balanced_state(out, balance);
}

/// What a function that is interpolated adds to the time of a neuron's step, as a part of a step
/// with closed forms; measured (docs/performance.md). Tables: with even steps of z, with uneven
/// ones.
struct AddedTime {
    double least = 0.0, most = 0.0;

    AddedTime(const config::FunctionSpec& function, bool is_gain) {
        if (function.family == "expression") {
            least = most = is_gain ? 0.4 : 0.7;
        } else if (function.family == "table") {
            least = is_gain ? 0.2 : 0.5;
            most = is_gain ? 0.4 : 0.7;
        }
    }
};

/// How much slower a population's step is for its expressions and tables; nothing where it has
/// none.
void describe_cost(Text out, const config::Config& config, std::size_t index) {
    const config::Population& population = config.populations[index];
    double least = 1.0;
    double most = 1.0;
    std::vector<std::string> reasons;
    const auto add = [&](const config::FunctionSpec& function, const std::string& where,
                         bool is_gain) {
        const AddedTime time(function, is_gain);
        if (time.most > 0.0) {
            least += time.least;
            most += time.most;
            reasons.push_back(fmt::format("{} as {}", where, function.family));
        }
    };
    add(population.drift, "drift", false);
    add(population.noise, "noise", false);
    std::vector<const config::FunctionSpec*> gains;
    for (const config::Coupling& coupling : config.couplings) {
        const auto same = [&](const auto* gain) { return gain->same_function(coupling.gain); };
        if (coupling.source == index && std::none_of(gains.begin(), gains.end(), same)) {
            gains.push_back(&coupling.gain); // equal gains are evaluated once
            add(coupling.gain,
                fmt::format("gain of {} <- {}", config.populations[coupling.target].name,
                            population.name),
                true);
        }
    }
    if (!reasons.empty()) {
        fmt::format_to(
            out,
            "  cost of {}: a step takes about {:.1f}{} times as long as with closed forms ({})\n",
            population.name, least, most > least ? fmt::format(" to {:.1f}", most) : "",
            fmt::join(reasons, ", "));
    }
}

void describe_steps(Text out, const config::Config& config, const balance::Balance& balance,
                    const Assessment& assessment) {
    fmt::format_to(out, "\nTime steps of the network\n");
    const bool balanced = config.network.scheme == config::Scheme::balanced;
    fmt::format_to(out, "  scheme {}, step {:g}, {:.0f} steps to t = {:g}\n",
                   balanced ? "balanced" : "explicit", config.network.time_step,
                   std::round(config.run.t_end / config.network.time_step), config.run.t_end);
    fmt::format_to(
        out,
        "  balanced: stable at any step where the balanced state attracts; error of first order "
        "in the step\n");
    if (assessment.largest_explicit_step > 0.0) {
        fmt::format_to(out, "  explicit: stable below {:.4g} for n = {}\n",
                       assessment.largest_explicit_step, balance.model().size());
    } else {
        fmt::format_to(out,
                       "  explicit: no step is stable at the initial state (see the spectrum)\n");
    }
    for (const model::Population& population : balance.model().populations()) {
        fmt::format_to(out, "  local step of {}: {}\n", population.name,
                       network::LocalStep(population, config.network).is_exact()
                           ? "exact (Ornstein-Uhlenbeck)"
                           : "Euler-Maruyama");
    }
    for (std::size_t a = 0; a < config.populations.size(); ++a) {
        describe_cost(out, config, a);
    }
}

} // namespace

std::string report(const config::Config& config, const balance::Balance& balance,
                   const Assessment& assessment, int ranks) {
    std::string text;
    const Text out = std::back_inserter(text);
    const model::Model& model = balance.model();
    fmt::format_to(out, "Resolved configuration\n\n{}\n", config.resolved);
    fmt::format_to(out, "Populations\n");
    for (const model::Population& population : model.populations()) {
        fmt::format_to(out, "  {:<12} {} {}\n", population.name, population.neurons,
                       population.sign > 0 ? "excitatory" : "inhibitory");
    }
    describe_functions(out, model);
    describe_kernels(out, model);
    describe_balance(out, balance, assessment);
    if (config.run.solvers.network) {
        describe_steps(out, config, balance, assessment);
        fmt::format_to(out, "\nFluctuations of the recorded means in the stationary state\n{}",
                       in_words(predict_network(config, balance), model));
        const std::int64_t networks = config.run.realisations;
        fmt::format_to(out, "\nMemory: about {:.1f} MiB of {} per rank on {} rank{}\n",
                       network_bytes_per_rank(config, model, ranks) / 1048576.0,
                       networks > 1 ? fmt::format("{} networks' states", networks)
                                    : "network state",
                       ranks, ranks == 1 ? "" : "s");
    }
    for (const std::string& warning : assessment.warnings) {
        fmt::format_to(out, "\nwarning: {}\n", warning);
    }
    return text;
}

} // namespace equipoise::driver
