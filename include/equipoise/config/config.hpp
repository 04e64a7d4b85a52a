#pragma once

#include "equipoise/util/errors.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// The whole configuration as plain structs, one per section of the file. Values are checked one by
/// one when the file is read (config/read.hpp); what only the model can judge (does an expression
/// parse, can the network balance) is judged there, with the origins kept here.
namespace equipoise::config {

/// A member of a family of functions, as written: tanh(slope=1, height=2), cosine(4, 4),
/// expression("z/(1+z^2)", from=-5, to=5). Families and parameters are checked against the
/// catalogue (config/catalogue.hpp); parameters that the text leaves out are present with their
/// defaults.
struct FunctionSpec {
    std::string family;
    std::vector<double> positional; ///< values without a name, in order; modes(...) on the torus:
                                    ///< k1, k2, coefficient of each mode in turn
    std::map<std::string, double> parameters; ///< every named parameter of the family
    std::string text;                         ///< expression, or absolute path of a table
    std::string key; ///< the key it was given for, to find its origin in Config
    std::vector<FunctionSpec>
        factors{}; ///< product(...): one kernel in each direction of the torus

    bool operator==(const FunctionSpec&) const = default;
    [[nodiscard]] double at(const std::string& name) const { return parameters.at(name); }
    /// Same function, wherever it was written: family, values and text agree.
    [[nodiscard]] bool same_function(const FunctionSpec& other) const {
        return family == other.family && positional == other.positional &&
               parameters == other.parameters && text == other.text &&
               std::equal(factors.begin(), factors.end(), other.factors.begin(),
                          other.factors.end(),
                          [](const auto& a, const auto& b) { return a.same_function(b); });
    }
};

/// A function of position and time written by the user: "0.1 + 0.05*cos(2*pi*x)*sin(t)".
struct Formula {
    std::string text;
    std::string key;

    bool operator==(const Formula&) const = default;
};

enum class DomainKind { point, ring, torus };
enum class Sign { excitatory, inhibitory };
enum class Scheme { balanced, explicit_euler };
enum class LocalStep { automatic, euler, exact };
enum class Normals { double_precision, single_precision };
enum class Positions { lattice, random };
enum class BalanceSolver { automatic, dense, krylov };
enum class SystemSize { limit, network };

struct Solvers {
    bool network = true;
    bool kinetic = false;
    bool field = false;

    bool operator==(const Solvers&) const = default;
};

struct Run {
    std::string title;
    std::uint64_t seed = 1;
    double t_end = 1.0;
    std::string output; ///< path of the HDF5 file; default: the configuration's name with .h5
    double output_interval = 0.1;
    Solvers solvers;
    std::int64_t realisations = 1;

    bool operator==(const Run&) const = default;
};

struct Domain {
    DomainKind kind = DomainKind::point;
    std::array<double, 2> length{1.0, 1.0}; ///< ring: the first; torus: both

    bool operator==(const Domain&) const = default;
};

struct Population {
    std::string name;
    Sign sign = Sign::excitatory;
    std::int64_t neurons = 0;
    FunctionSpec drift;
    FunctionSpec noise;
    Formula drive{"0", {}};    ///< A_a(x,t)
    Formula input{"0", {}};    ///< iota_a(x,t), of order 1
    Formula mean{"0", {}};     ///< initial v_a(x)
    Formula variance{"1", {}}; ///< initial K_a(x)

    bool operator==(const Population&) const = default;
};

struct Coupling {
    std::size_t target = 0; ///< index into Config::populations
    std::size_t source = 0;
    FunctionSpec kernel;
    FunctionSpec gain;

    bool operator==(const Coupling&) const = default;
};

/// Covariance of two populations' states at time 0, neuron j of the one with neuron j of the other.
/// The order of the two does not matter; `value` keeps the key as written.
struct Covariance {
    std::size_t first = 0; ///< index into Config::populations
    std::size_t second = 0;
    Formula value{"0", {}}; ///< initial K_ab(x)

    bool operator==(const Covariance&) const = default;
};

/// A number of sites: one number, on the torus two. {0, 0} in [network]: one site per neuron.
using SiteCount = std::array<std::int64_t, 2>;

struct Network {
    double time_step = 0.01;
    Scheme scheme = Scheme::balanced;
    LocalStep local_step = LocalStep::automatic;
    Normals normals = Normals::double_precision; ///< those that drive the neurons
    SiteCount sites{0, 0}; ///< ring: {S, 1}; torus: {S1, S2}; {0, 0}: one site per neuron
    Positions positions = Positions::lattice;
    BalanceSolver balance_solver = BalanceSolver::automatic;
    std::int64_t balance_iterations = 500;
    std::int64_t modes = -1;         ///< recorded wave numbers 0..modes; -1: those of the kernels
    std::int64_t bins = 64;          ///< position bins; torus: a square grid of about this many
    double snapshot_interval = 0.0;  ///< 0: none
    double density_interval = 0.0;   ///< 0: none
    std::int64_t density_cells = 64; ///< cells in y of the recorded histograms
    std::array<double, 2> density_range{-5.0, 5.0}; ///< range in y of the recorded histograms
    std::int64_t traces = 0;                        ///< recorded neurons per population
    double trace_interval = 0.0;                    ///< 0: every step when traces > 0

    bool operator==(const Network&) const = default;
};

struct Kinetic {
    SiteCount sites{64, 1}; ///< point: {1, 1}; torus: {16, 16} unless given
    std::int64_t cells = 200;
    std::optional<std::array<double, 2>> range; ///< none: chosen from the data
    std::optional<double> time_step;            ///< none: adaptive, by tolerance
    double tolerance = 1e-6;
    SystemSize size = SystemSize::limit;
    double density_interval = 0.0;
    bool stop_when_unstable = false; ///< loss of stability of the manifold: error, not warning

    bool operator==(const Kinetic&) const = default;
};

struct Field {
    SiteCount sites{64, 1};
    std::optional<double> time_step;
    double tolerance = 1e-8;
    SystemSize size = SystemSize::limit;

    bool operator==(const Field&) const = default;
};

struct Checkpoint {
    std::string directory; ///< empty: beside the output; "none": no checkpoints
    double interval_minutes = 30.0;
    double interval_time = 0.0; ///< 0: none
    std::int64_t keep = 2;

    bool operator==(const Checkpoint&) const = default;
};

struct Limits {
    double walltime_minutes = 0.0; ///< 0: none given

    bool operator==(const Limits&) const = default;
};

struct Config {
    Run run;
    Domain domain;
    std::vector<Population> populations;
    std::vector<Coupling> couplings;
    std::vector<Covariance> covariances;
    Network network;
    Kinetic kinetic;
    Field field;
    Checkpoint checkpoint;
    Limits limits;

    std::map<std::string, Origin> origins; ///< of every key, defaults too
    std::string resolved;                  ///< INI text with every key; reading it gives this again

    /// A problem with the value of `key`, with its origin.
    [[nodiscard]] Problem problem(const std::string& key, std::string message,
                                  std::string remedy) const;
    /// The coupling onto `target` from `source`, or null.
    [[nodiscard]] const Coupling* coupling(std::size_t target, std::size_t source) const;
    /// By population: the first one that covariances link it to, directly or through others; itself
    /// where none does.
    [[nodiscard]] std::vector<std::size_t> linked_populations() const;
};

} // namespace equipoise::config
