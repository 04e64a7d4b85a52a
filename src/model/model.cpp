#include "equipoise/model/model.hpp"

#include "equipoise/model/families.hpp"
#include "equipoise/model/input_checks.hpp"
#include "equipoise/util/errors.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace equipoise::model {

namespace {

enum class Role { drift, noise, gain };

/// Builds the parts and collects what is wrong with any of them, so that all is reported at once.
class Builder {
  public:
    explicit Builder(const config::Config& config) : config_(config) {}

    /// The function, made once however often it is written; null when it cannot be made.
    FunctionPointer function(const config::FunctionSpec& spec, Role role) {
        for (const Made& made : made_) {
            if (made.role == role && made.spec->same_function(spec)) {
                return made.function ? made.function : refuse(spec.key, made.error, remedy(spec));
            }
        }
        Made made{&spec, role, nullptr, {}};
        try {
            made.function = role == Role::drift   ? make_drift(spec)
                            : role == Role::noise ? make_noise(spec)
                                                  : make_gain(spec);
        } catch (const std::invalid_argument& error) {
            made.error = error.what();
            refuse(spec.key, made.error, remedy(spec));
        }
        made_.push_back(made);
        return made.function;
    }

    /// The formula, or 0 in its place when it cannot be used.
    FormulaFunction formula(const config::Formula& source,
                            config::Complaints (*check)(const FormulaFunction&,
                                                        const config::Config&)) {
        try {
            FormulaFunction formula(source.text, config_.domain.kind);
            if (note(source.key, check(formula, config_))) {
                return formula;
            }
        } catch (const std::invalid_argument& error) {
            refuse(source.key, error.what(),
                   "an expression in position and time is expected, as in "
                   "0.1 + 0.05*cos(2*pi*x)*sin(t)");
        }
        return {"0", config_.domain.kind};
    }

    KernelModes kernel(const config::FunctionSpec& spec) {
        try {
            return kernel_modes(spec, config_.domain);
        } catch (const std::invalid_argument& error) {
            refuse(spec.key, error.what(), "see equipoise --help for the kernels");
            return {};
        }
    }

    /// True when there is nothing to complain about.
    bool note(const std::string& key, const config::Complaints& complaints) {
        for (const config::Complaint& complaint : complaints) {
            problems_.push_back(config_.problem(key, complaint.message, complaint.remedy));
        }
        return complaints.empty();
    }

    [[nodiscard]] std::size_t problem_count() const { return problems_.size(); }

    [[nodiscard]] const std::vector<Problem>& problems() const { return problems_; }

    void finish() {
        if (!problems_.empty()) {
            throw InputError(std::move(problems_));
        }
    }

  private:
    struct Made {
        const config::FunctionSpec* spec;
        Role role;
        FunctionPointer function;
        std::string error;
    };

    static std::string remedy(const config::FunctionSpec& spec) {
        if (spec.family == "expression") {
            return "an expression in z is expected, as in expression(\"tanh(z)\", from=-10, to=10)";
        }
        if (spec.family == "table") {
            return "a CSV file with two columns is expected: z, increasing, and the value";
        }
        return "see equipoise --help for the families of functions";
    }

    FunctionPointer refuse(const std::string& key, std::string message, std::string remedy) {
        problems_.push_back(config_.problem(key, std::move(message), std::move(remedy)));
        return nullptr;
    }

    const config::Config& config_;
    std::vector<Made> made_;
    std::vector<Problem> problems_;
};

Population make_population(const config::Population& source, Builder& builder) {
    Population population{source.name,
                          source.sign == config::Sign::excitatory ? 1.0 : -1.0,
                          source.neurons,
                          builder.function(source.drift, Role::drift),
                          builder.function(source.noise, Role::noise),
                          {},
                          builder.formula(source.drive, check_finite),
                          builder.formula(source.input, check_finite),
                          builder.formula(source.mean, check_initial_mean),
                          builder.formula(source.variance, check_initial_variance),
                          {}};
    if (population.noise) {
        builder.note(source.noise.key, check_noise(*population.noise));
    }
    return population;
}

/// In order, each pair with the smaller index first.
std::vector<Covariance> make_covariances(const config::Config& config,
                                         const std::vector<Population>& populations,
                                         Builder& builder) {
    std::vector<Covariance> covariances;
    for (const config::Covariance& source : config.covariances) {
        const auto [first, second] = std::minmax(source.first, source.second);
        covariances.push_back(
            {first, second, builder.formula(source.value, check_initial_covariance)});
        builder.note(source.value.key, check_covariance(covariances.back(), populations, config));
    }
    std::sort(covariances.begin(), covariances.end(), [](const auto& a, const auto& b) {
        return std::pair(a.first, a.second) < std::pair(b.first, b.second);
    });
    if (builder.problem_count() == 0 && !covariances.empty()) {
        builder.note(config.covariances.front().value.key,
                     check_covariance_matrix(populations, covariances, config));
    }
    return covariances;
}

Interval common_range(const Population& population) {
    Interval range = population.drift->range().intersection(population.noise->range());
    for (const FunctionPointer& gain : population.gains) {
        range = range.intersection(gain->range());
    }
    return range;
}

} // namespace

Model::Model(const config::Config& config) : domain_(config.domain) {
    Builder builder(config);
    std::vector<bool> sound; // populations of which nothing is missing
    for (const config::Population& source : config.populations) {
        const std::size_t before = builder.problem_count();
        populations_.push_back(make_population(source, builder));
        sound.push_back(builder.problem_count() == before);
    }
    const std::size_t count = populations_.size();
    if (builder.problem_count() == 0) {
        covariances_ = make_covariances(config, populations_, builder);
    }
    couplings_.resize(count * count);
    std::vector<WaveVector> waves{WaveVector{}}; // the constant is always there: averages use it
    for (const config::Coupling& source : config.couplings) {
        Coupling& coupling = couplings_[source.target * count + source.source];
        coupling.connected = true;
        coupling.kernel = builder.kernel(source.kernel);
        for (const auto& [wave, coefficient] : coupling.kernel.coefficients) {
            waves.push_back(wave);
        }
        // The builder makes equal functions once, so pointers tell whether gains are the same.
        std::vector<FunctionPointer>& gains = populations_[source.source].gains;
        const FunctionPointer gain = builder.function(source.gain, Role::gain);
        sound[source.source] = sound[source.source] && gain;
        const auto known = std::find(gains.begin(), gains.end(), gain);
        coupling.gain = static_cast<std::size_t>(known - gains.begin());
        if (known == gains.end()) {
            gains.push_back(gain);
        }
    }
    for (std::size_t a = 0; a < count; ++a) {
        if (sound[a]) {
            populations_[a].range = common_range(populations_[a]);
            builder.note(config.populations[a].mean.key, check_range(populations_[a], config));
        }
    }
    builder.finish();

    basis_ = Basis(waves);
    for (Coupling& coupling : couplings_) {
        for (const Mode& mode : basis_.modes()) {
            coupling.coefficients.push_back(coupling.kernel.coefficient(mode.wave));
        }
    }
}

std::vector<Problem> problems_of_parts(const config::Config& config,
                                       const config::Findings& findings) {
    Builder builder(config);
    const auto function = [&](const config::FunctionSpec& spec, Role role) {
        if (!spec.family.empty() && findings.trusted(spec.key)) {
            builder.function(spec, role);
        }
    };
    const auto formula = [&](const config::Formula& source) {
        if (!source.text.empty() && findings.trusted(source.key) &&
            findings.trusted("domain.kind")) {
            builder.formula(source, [](const FormulaFunction&, const config::Config&) {
                return config::Complaints{}; // of its values: they depend on the rest
            });
        }
    };
    for (const config::Population& population : config.populations) {
        function(population.drift, Role::drift);
        function(population.noise, Role::noise);
        formula(population.drive);
        formula(population.input);
        formula(population.mean);
        formula(population.variance);
    }
    for (const config::Coupling& coupling : config.couplings) {
        function(coupling.gain, Role::gain);
    }
    for (const config::Covariance& covariance : config.covariances) {
        formula(covariance.value);
    }
    return builder.problems();
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
