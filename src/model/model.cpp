#include "equipoise/model/model.hpp"

#include "equipoise/model/families.hpp"
#include "equipoise/util/errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <stdexcept>
#include <utility>

namespace equipoise::model {

namespace {

/// Builds the parts and collects what is wrong with any of them, so that all is reported at once.
class Builder {
  public:
    explicit Builder(const config::Config& config) : config_(config) {}

    /// make(), or a neutral stand-in after noting what is wrong with the key's value.
    template <class Make, class Result>
    Result attempt(const std::string& key, const std::string& remedy, Make&& make,
                   Result stand_in) {
        try {
            return make();
        } catch (const std::invalid_argument& error) {
            problems_.push_back(config_.problem(key, error.what(), remedy));
            return stand_in;
        }
    }

    FormulaFunction formula(const config::Formula& formula) {
        return attempt(
            formula.key, "an expression in position and time, as in 0.1 + 0.05*cos(2*pi*x)*sin(t)",
            [&] { return FormulaFunction(formula.text, config_.domain.kind); },
            FormulaFunction("0", config_.domain.kind));
    }

    template <class Make>
    FunctionPointer function(const config::FunctionSpec& spec, Make&& make) {
        return attempt(
            spec.key, "see `equipoise --help` for the families and their parameters",
            [&] { return make(spec); }, make_gain({"linear", {}, {{"slope", 0.0}}, "", spec.key}));
    }

    void note(const std::string& key, std::string message, std::string remedy) {
        problems_.push_back(config_.problem(key, std::move(message), std::move(remedy)));
    }

    /// A formula's values over the domain, and over the run where it depends on time.
    void check_values(const config::Formula& source, const FormulaFunction& formula,
                      bool not_negative) {
        constexpr int points = 24;
        constexpr int times = 16;
        const config::Domain& domain = config_.domain;
        const int across = formula.depends_on_position() ? points : 1;
        const int along = domain.kind == config::DomainKind::torus ? across : 1;
        for (int k = 0; k <= (formula.depends_on_time() ? times : 0); ++k) {
            const double t = config_.run.t_end * k / times;
            for (int i = 0; i < across; ++i) {
                for (int j = 0; j < along; ++j) {
                    const Position x{domain.length[0] * i / points, domain.length[1] * j / points};
                    const double value = formula(x, t);
                    if (!std::isfinite(value) || (not_negative && value < 0.0)) {
                        note(source.key,
                             fmt::format("is {:g} at x = ({:g}, {:g}), t = {:g}", value, x[0], x[1],
                                         t),
                             not_negative
                                 ? "it must be finite and not negative everywhere"
                                 : "it must be finite everywhere, at all times of the run");
                        return;
                    }
                }
            }
        }
    }

    void finish() {
        if (!problems_.empty()) {
            throw InputError(std::move(problems_));
        }
    }

  private:
    const config::Config& config_;
    std::vector<Problem> problems_;
};

/// A noise intensity must not be negative where the states are.
void check_noise(Builder& builder, const std::string& key, const Function& noise) {
    const Interval range = noise.range().intersection({-50.0, 50.0});
    constexpr int samples = 2000;
    for (int i = 0; i <= samples; ++i) {
        const double z = range.lower + (range.upper - range.lower) * i / samples;
        if (const double sigma = noise.value(z); !(sigma >= 0.0)) {
            builder.note(key, fmt::format("the noise intensity is {:g} at z = {:g}", sigma, z),
                         "it must not be negative");
            return;
        }
    }
}

} // namespace

Model::Model(const config::Config& config) : domain_(config.domain) {
    Builder builder(config);
    const std::size_t count = config.populations.size();
    for (const config::Population& source : config.populations) {
        Population population{source.name,
                              source.sign == config::Sign::excitatory ? 1.0 : -1.0,
                              source.neurons,
                              builder.function(source.drift, make_drift),
                              builder.function(source.noise, make_noise),
                              {},
                              builder.formula(source.drive),
                              builder.formula(source.input),
                              builder.formula(source.mean),
                              builder.formula(source.variance),
                              {}};
        builder.check_values(source.drive, population.drive, false);
        builder.check_values(source.input, population.input, false);
        builder.check_values(source.mean, population.mean, false);
        builder.check_values(source.variance, population.variance, true);
        check_noise(builder, source.noise.key, *population.noise);
        population.range = population.drift->range().intersection(population.noise->range());
        populations_.push_back(std::move(population));
    }

    couplings_.resize(count * count);
    std::vector<std::vector<const config::FunctionSpec*>> distinct(count);
    std::vector<WaveVector> waves{WaveVector{}}; // the constant is always there: averages use it
    for (const config::Coupling& source : config.couplings) {
        Coupling& coupling = couplings_[source.target * count + source.source];
        coupling.connected = true;
        auto& known = distinct[source.source];
        const auto same = std::find_if(known.begin(), known.end(), [&](const auto* gain) {
            return gain->same_function(source.gain);
        });
        coupling.gain = static_cast<std::size_t>(same - known.begin());
        if (same == known.end()) {
            known.push_back(&source.gain);
            Population& population = populations_[source.source];
            population.gains.push_back(builder.function(source.gain, make_gain));
            population.range = population.range.intersection(population.gains.back()->range());
        }
        coupling.kernel = builder.attempt(
            source.kernel.key, "see `equipoise --help` for the kernels and their parameters",
            [&] { return kernel_modes(source.kernel, config.domain); }, KernelModes{});
        for (const auto& [wave, coefficient] : coupling.kernel.coefficients) {
            waves.push_back(wave);
        }
    }
    for (std::size_t a = 0; a < count; ++a) {
        const Interval& range = populations_[a].range;
        if (!(range.lower < range.upper)) {
            builder.note(
                config.populations[a].drift.key,
                "drift, noise and gains of this population are defined on ranges that do not meet",
                "widen the ranges of its expressions and tables");
        }
    }
    builder.finish();

    basis_ = Basis(std::move(waves));
    for (Coupling& coupling : couplings_) {
        coupling.coefficients.assign(basis_.size(), 0.0);
        for (std::size_t p = 0; p < basis_.size(); ++p) {
            coupling.coefficients[p] = coupling.kernel.coefficient(basis_[p].wave);
        }
    }
}

bool Model::connected(std::size_t target, std::size_t source) const {
    return coupling(target, source).connected;
}

double Model::coefficient(std::size_t target, std::size_t source, std::size_t mode) const {
    return coupling(target, source).coefficients[mode];
}

std::size_t Model::gain_index(std::size_t target, std::size_t source) const {
    ensure(connected(target, source), "the gain of a coupling that is there");
    return coupling(target, source).gain;
}

const KernelModes& Model::kernel(std::size_t target, std::size_t source) const {
    ensure(connected(target, source), "the kernel of a coupling that is there");
    return coupling(target, source).kernel;
}

Position Model::phase(const Position& x) const {
    return {x[0] / domain_.length[0], x[1] / domain_.length[1]};
}

} // namespace equipoise::model
