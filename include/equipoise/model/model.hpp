#pragma once

#include "equipoise/config/config.hpp"
#include "equipoise/config/findings.hpp"
#include "equipoise/model/basis.hpp"
#include "equipoise/model/formula.hpp"
#include "equipoise/model/function.hpp"
#include "equipoise/model/kernel.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// The model of sections 1 and 2 as mathematics: what network, kinetic limit and neural field
/// share.
///
///   symbol     here                                  meaning
///   f_a        populations[a].drift                  intrinsic drift of the state z
///   sigma_a    populations[a].noise                  noise intensity
///   iota_a     populations[a].input                  O(1) input, added to the drift
///   A_a        populations[a].drive                  drive, multiplied by sqrt(n)
///   s_a        populations[a].sign                   +1 or -1
///   G_ab       populations[b].gains[gain_index(a,b)] gain of source b as seen by target a
///   c_ab^p     coefficient(a, b, p)                  kernel's coefficient of mode p
///   phi_p      basis                                 modes of all kernels together
///   n          size()                                neurons of the first population
namespace equipoise::model {

struct Population {
    std::string name;
    double sign = 1.0; ///< s_a
    std::int64_t neurons = 0;
    FunctionPointer drift;
    FunctionPointer noise;
    std::vector<FunctionPointer> gains; ///< distinct G_ab over the targets a
    FormulaFunction drive;
    FormulaFunction input;
    FormulaFunction mean;
    FormulaFunction variance;
    Interval range; ///< states where drift, noise and gains are all defined
};

/// Covariance at time 0 of two populations' states at one position. It decays, and acts on nothing
/// else: a population feels averages over the others, which pairs do not change.
struct Covariance {
    std::size_t first = 0, second = 0; ///< populations, first < second
    FormulaFunction value;             ///< K_ab(x)
};

/// A state beyond this has blown up: the bound behind every exact sum.
inline constexpr double state_bound = 65536.0;

class Model {
  public:
    /// Throws InputError with every problem that only the model can find: expressions that do not
    /// parse or are not finite, tables that cannot be read, kernels that do not fit the domain.
    explicit Model(const config::Config& config);

    [[nodiscard]] const config::Domain& domain() const noexcept { return domain_; }
    [[nodiscard]] std::size_t population_count() const noexcept { return populations_.size(); }
    [[nodiscard]] const Population& population(std::size_t a) const { return populations_[a]; }
    [[nodiscard]] const std::vector<Population>& populations() const noexcept {
        return populations_;
    }
    /// Of the pairs of populations that have one, by first, then second.
    [[nodiscard]] const std::vector<Covariance>& covariances() const noexcept {
        return covariances_;
    }
    /// n: the neuron count of the first population, which sets the scaling.
    [[nodiscard]] std::int64_t size() const { return populations_.front().neurons; }

    [[nodiscard]] const Basis& basis() const noexcept { return basis_; }
    [[nodiscard]] bool connected(std::size_t target, std::size_t source) const;
    /// c_ab^p for a mode p of basis(); 0 where there is no coupling.
    [[nodiscard]] double coefficient(std::size_t target, std::size_t source,
                                     std::size_t mode) const;
    /// Which of populations()[source].gains drives the target. The pair must be connected.
    [[nodiscard]] std::size_t gain_index(std::size_t target, std::size_t source) const;
    /// The kernel of a pair, with what was truncated. The pair must be connected.
    [[nodiscard]] const KernelModes& kernel(std::size_t target, std::size_t source) const;

    /// Phase x/L in turns of a position, component by component.
    [[nodiscard]] Position phase(const Position& x) const;

  private:
    struct Coupling {
        bool connected = false;
        std::size_t gain = 0;
        KernelModes kernel;
        std::vector<double> coefficients; ///< by mode of basis_
    };
    [[nodiscard]] const Coupling& coupling(std::size_t target, std::size_t source) const {
        return couplings_[target * populations_.size() + source];
    }

    config::Domain domain_;
    std::vector<Population> populations_;
    std::vector<Covariance> covariances_;
    std::vector<Coupling> couplings_; ///< (target, source)
    Basis basis_;
};

/// What is wrong with the functions and formulas of a configuration that is not sound as a whole:
/// those that cannot be made, as far as their keys are trusted. A config::PartsJudge.
std::vector<Problem> problems_of_parts(const config::Config& config,
                                       const config::Findings& findings);

} // namespace equipoise::model
