#include "equipoise/config/options.hpp"
#include "equipoise/config/values.hpp"

#include <array>
#include <utility>

namespace equipoise::config {

namespace {

/// Functions and formulas know their key; other values do not.
template <class Value>
void set_key(Value& value, const std::string& key) {
    if constexpr (requires { value.key; }) {
        value.key = key;
    } else {
        static_cast<void>(value);
        static_cast<void>(key);
    }
}

/// The default is the value that the member has in a new Config.
template <class Kind, class Member>
Option make_option(std::string section, std::string name, Kind kind, Member member,
                   std::string unit, std::string meaning) {
    Option option;
    option.section = std::move(section);
    option.name = std::move(name);
    option.allowed = kind.allowed();
    option.unit = std::move(unit);
    option.meaning = std::move(meaning);
    option.name_value = [member](Config& config, std::size_t i, const std::string& key) {
        set_key(member(config, i), key);
    };
    option.parse = [kind, member](Config& config, std::size_t i, std::string_view text,
                                  const Context& context) {
        return kind.parse(text, context, member(config, i));
    };
    option.write = [kind, member](const Config& config, std::size_t i) {
        return kind.write(member(config, i), config);
    };
    Config fresh;
    fresh.populations.resize(1);
    fresh.couplings.resize(1);
    fresh.covariances.resize(1);
    option.fallback = option.write(fresh, 0);
    return option;
}

/// Declares the keys of a section that occurs once.
template <class Struct>
struct Section {
    const char* title;
    Struct Config::*section;

    template <class Kind, class Value>
    Option operator()(const char* name, Kind kind, Value Struct::*value, const char* unit,
                      const char* meaning) const {
        const auto member = [ which = section, value ](auto& config, std::size_t) -> auto& {
            return config.*which.*value;
        };
        return make_option(title, name, std::move(kind), member, unit, meaning);
    }
};

/// Declares the keys of a section that every population, coupling or covariance has.
template <class Struct>
struct RepeatedSection {
    const char* title;
    std::vector<Struct> Config::*list;
    Repeated repeated;

    template <class Kind, class Value>
    Option operator()(const char* name, Kind kind, Value Struct::*value,
                      const char* meaning) const {
        const auto member = [ which = list, value ](auto& config, std::size_t i) -> auto& {
            return (config.*which)[i].*value;
        };
        Option option = make_option(title, name, std::move(kind), member, "", meaning);
        option.repeated = repeated;
        return option;
    }
};

Option required(Option option) {
    option.required = true;
    option.fallback.clear();
    return option;
}

/// For a default that depends on something else: a sentence in its place.
Option with_default(const char* sentence, Option option) {
    option.fallback = sentence;
    return option;
}

const RealValue positive{Range::positive()};
const RealValue not_negative{Range::at_least(0.0)};
const RealValue relative_error{{0.0, 1.0, true}};
const AutoValue<RealValue, double> step{positive};
const char* const sites_default = "64; torus: 16 16; point: 1";

std::vector<Option> run_options() {
    const Section<Run> run{"run", &Config::run};
    return {
        run("title", TextValue{}, &Run::title, "",
            "A line about this run, stored with its output."),
        run("seed", SeedValue{}, &Run::seed, "",
            "Seed of every random number: the same seed gives the same run on any number of "
            "ranks."),
        required(
            run("t_end", positive, &Run::t_end, "time", "Simulated time at which the run ends.")),
        with_default(
            "name of the configuration with .h5, in the current folder",
            run("output", TextValue{}, &Run::output, "", "The HDF5 file that is written.")),
        run("output_interval", positive, &Run::output_interval, "time",
            "Simulated time between two records; a multiple of network.time_step."),
        run("solvers", SolversValue{}, &Run::solvers, "", "What is run, side by side."),
        run("realisations", IntegerValue{1, 1000000}, &Run::realisations, "",
            "Independent networks, with the seeds seed, seed + 1, ...: means and standard errors "
            "across them are recorded, and the limits compared with the mean."),
    };
}

std::vector<Option> domain_options() {
    const Section<Domain> domain{"domain", &Config::domain};
    return {
        domain("kind", ChoiceValue<DomainKind>{{"point", "ring", "torus"}}, &Domain::kind, "",
               "Where neurons are."),
        with_default("1; torus: 1 1",
                     domain("length", LengthsValue{}, &Domain::length, "length",
                            "Circumference of the ring; both circumferences of the torus.")),
    };
}

std::vector<Option> population_options() {
    const auto all = [](auto& config, std::size_t) -> auto& {
        return config.populations;
    };
    const RepeatedSection<Population> population{population_section, &Config::populations,
                                                 Repeated::per_population};
    return {
        required(make_option("populations", "names", NamesValue{}, all, "",
                             "The populations, as in e i. The size of the first is the n of the "
                             "scaling. Below, X, Y, T and S stand for such names.")),
        required(population("sign", ChoiceValue<Sign>{{"excitatory", "inhibitory"}},
                            &Population::sign, "What its output does to its targets.")),
        required(population("neurons", IntegerValue{1, 1000000000000}, &Population::neurons,
                            "Number of neurons.")),
        required(population("drift", FunctionValue{Role::drift}, &Population::drift,
                            "Intrinsic drift f(z) of a neuron's state z.")),
        required(population("noise", FunctionValue{Role::noise}, &Population::noise,
                            "Noise intensity sigma(z).")),
        population("drive", FormulaValue{}, &Population::drive,
                   "External drive A(x,t), which acts multiplied by sqrt(n). In x (torus: x1, x2) "
                   "and t."),
        population("input", FormulaValue{}, &Population::input,
                   "Input of order 1, added to the drift. In x (torus: x1, x2) and t."),
        population("mean", FormulaValue{}, &Population::mean,
                   "Mean of the states at time 0. In x (torus: x1, x2)."),
        population("variance", FormulaValue{}, &Population::variance,
                   "Variance of the states around their mean at time 0. In x (torus: x1, x2)."),
    };
}

std::vector<Option> coupling_options() {
    const RepeatedSection<Coupling> coupling{coupling_section, &Config::couplings,
                                             Repeated::per_coupling};
    return {
        required(coupling("kernel", FunctionValue{Role::kernel}, &Coupling::kernel,
                          "Connection from S onto T by displacement. Without the section there is "
                          "none.")),
        required(coupling("gain", FunctionValue{Role::gain}, &Coupling::gain,
                          "Output G(z) of a neuron of S in state z, as T receives it.")),
    };
}

std::vector<Option> covariance_options() {
    const RepeatedSection<Covariance> covariance{covariance_section, &Config::covariances,
                                                 Repeated::per_covariance};
    return {
        required(covariance("value", FormulaValue{}, &Covariance::value,
                            "Covariance at time 0 of the states of neuron j of X and neuron j of "
                            "Y, in either order. In x (torus: x1, x2). Without the section they "
                            "are independent.")),
    };
}

std::vector<Option> network_options() {
    const Section<Network> network{"network", &Config::network};
    return {
        network("time_step", positive, &Network::time_step, "time", "Time step of the network."),
        network("scheme", ChoiceValue<Scheme>{{"balanced", "explicit"}}, &Network::scheme, "",
                "balanced: the time step need not follow sqrt(n). explicit: Euler-Maruyama, whose "
                "step must."),
        network("local_step", ChoiceValue<LocalStep>{{"auto", "euler", "exact"}},
                &Network::local_step, "",
                "Step of a neuron on its own. exact: for linear drift with constant noise. auto: "
                "exact where the scheme is balanced and it applies."),
        network("normals", ChoiceValue<Normals>{{"double", "single"}}, &Network::normals, "",
                "Precision of the normal numbers that drive the neurons; states are always double. "
                "single: a step takes a fifth less time; other numbers, of which the largest is "
                "6.66, with a normal's moments up to the eighth to 1e-6."),
        network("sites", SitesValue{true}, &Network::sites, "",
                "Distinct positions, shared equally by the neurons. 0: one for each neuron."),
        network("positions", ChoiceValue<Positions>{{"lattice", "random"}}, &Network::positions, "",
                "On a lattice, or uniformly random by the seed."),
        network("balance_solver", ChoiceValue<BalanceSolver>{{"auto", "dense", "krylov"}},
                &Network::balance_solver, "",
                "Linear system of a balanced step. dense: factorised. krylov: GMRES. auto: by its "
                "size."),
        network("balance_iterations", IntegerValue{1, 100000}, &Network::balance_iterations, "",
                "Iterations of GMRES after which a step has failed."),
        network("modes", ModesValue{}, &Network::modes, "",
                "Highest wave number that is recorded. auto: those of the kernels."),
        network("bins", IntegerValue{1, 1000000}, &Network::bins, "",
                "Position bins of recorded profiles and densities. Torus: a square number."),
        network("snapshot_interval", not_negative, &Network::snapshot_interval, "time",
                "Simulated time between two records of every neuron's state. 0: none."),
        network("density_interval", not_negative, &Network::density_interval, "time",
                "Simulated time between two histograms of the fluctuations. 0: none."),
        network("density_cells", IntegerValue{1, 100000}, &Network::density_cells, "",
                "Cells of these histograms."),
        network("density_range", IntervalValue{}, &Network::density_range, "",
                "Range of these histograms."),
        network("traces", IntegerValue{0, 1000000}, &Network::traces, "",
                "Neurons of each population whose state is recorded over time."),
        network("trace_interval", not_negative, &Network::trace_interval, "time",
                "Simulated time between two records of these neurons. 0: every step."),
    };
}

std::vector<Option> kinetic_options() {
    const Section<Kinetic> kinetic{"kinetic", &Config::kinetic};
    return {
        with_default(sites_default, kinetic("sites", SitesValue{}, &Kinetic::sites, "",
                                            "Sites at which densities are computed.")),
        kinetic("cells", IntegerValue{8, 1000000}, &Kinetic::cells, "",
                "Cells of a density's grid."),
        kinetic("range", AutoValue<IntervalValue, std::array<double, 2>>{}, &Kinetic::range, "",
                "Range of a density's grid. auto: wide enough for the variances."),
        kinetic("time_step", step, &Kinetic::time_step, "time",
                "Fixed time step, in place of the tolerance. auto: adaptive."),
        kinetic("tolerance", relative_error, &Kinetic::tolerance, "",
                "Relative error per step where the step is adaptive."),
        kinetic("size", ChoiceValue<SystemSize>{{"limit", "network"}}, &Kinetic::size, "",
                "limit: infinitely many neurons. network: corrected for this n."),
        kinetic("density_interval", not_negative, &Kinetic::density_interval, "time",
                "Simulated time between two records of the densities. 0: none."),
        kinetic("stop_when_unstable", SwitchValue{}, &Kinetic::stop_when_unstable, "",
                "Whether a balanced state that loses its stability ends the run."),
    };
}

std::vector<Option> field_options() {
    const Section<Field> field{"field", &Config::field};
    return {
        with_default(sites_default,
                     field("sites", SitesValue{}, &Field::sites, "", "Sites of the neural field.")),
        field("time_step", step, &Field::time_step, "time",
              "Fixed time step, in place of the tolerance. auto: adaptive."),
        field("tolerance", relative_error, &Field::tolerance, "",
              "Relative error per step where the step is adaptive."),
        field("size", ChoiceValue<SystemSize>{{"limit", "network"}}, &Field::size, "",
              "limit: infinitely many neurons. network: corrected for this n."),
    };
}

std::vector<Option> stop_options() {
    const Section<Checkpoint> checkpoint{"checkpoint", &Config::checkpoint};
    const Section<Limits> limits{"limits", &Config::limits};
    return {
        checkpoint("directory", TextValue{}, &Checkpoint::directory, "",
                   "Folder of the checkpoints. Empty: NAME.checkpoints beside the output NAME.h5, "
                   "made when "
                   "the first is written. none: no checkpoints. Where it is given, one is written "
                   "at the end too, so that the run can be made longer."),
        checkpoint("interval_minutes", not_negative, &Checkpoint::interval_minutes, "minutes",
                   "Wall time between two checkpoints. 0: not by wall time."),
        checkpoint("interval_time", not_negative, &Checkpoint::interval_time, "time",
                   "Simulated time between two checkpoints. 0: not by simulated time."),
        checkpoint("keep", IntegerValue{1, 1000000}, &Checkpoint::keep, "",
                   "How many checkpoints are kept."),
        limits("walltime_minutes", not_negative, &Limits::walltime_minutes, "minutes",
               "Wall time before which the run stops cleanly. 0: that of the SLURM job, if any."),
    };
}

} // namespace

const std::vector<Option>& options() {
    static const std::vector<Option> all = [] {
        std::vector<Option> list;
        for (auto* part :
             {run_options, domain_options, population_options, coupling_options, covariance_options,
              network_options, kinetic_options, field_options, stop_options}) {
            for (Option& option : part()) {
                list.push_back(std::move(option));
            }
        }
        return list;
    }();
    return all;
}

} // namespace equipoise::config
