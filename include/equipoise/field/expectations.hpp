#pragma once

#include "equipoise/field/normal_means.hpp"
#include "equipoise/model/model.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace equipoise::field {

/// The expectations of all drifts, noises and gains of a model at the local sites, by runs of
/// sites. A state is in rows as System's.
class Expectations {
  public:
    Expectations(const model::Model& model, std::size_t sites);

    /// A new state, which must stay in place while it is asked about; `ranges`, by population,
    /// where the sites are many (NormalMeans::prepare).
    void take(const std::vector<double>& u, std::vector<std::optional<SiteRange>> ranges);

    /// A run of `count` sites from `first` on.
    struct Run {
        std::size_t first = 0, count = 0;
    };
    /// Computes drift() and variance_rates() for a run, or for all that have not been.
    void compute_drift(const Run& run);
    void compute_drift();
    /// E[f_a] by (population, site).
    [[nodiscard]] const std::vector<double>& drift() const noexcept { return drift_mean_; }
    /// dK_a/dt, then dK_ab/dt: (row, site).
    [[nodiscard]] const std::vector<double>& variance_rates() const noexcept { return rate_k_; }
    /// E[G], E[G'], E[G''] of a run into out[0], out[1], out[2], by gain, in the order of
    /// MomentLayout, `stride` apart. Unless separable() all three are wanted; else a null pointer
    /// leaves one out.
    void compute_gains(const Run& run, const std::array<double*, 3>& out, std::size_t stride);
    /// Whether one expectation of the gains costs less than all together.
    [[nodiscard]] bool separable() const;

    [[nodiscard]] std::size_t gains() const noexcept { return gain_.size(); }
    /// The population whose states a gain is of.
    [[nodiscard]] std::size_t source(std::size_t gain) const { return source_[gain]; }
    /// States of which some expectation was computed.
    [[nodiscard]] std::int64_t states() const noexcept { return states_; }

    /// Chooses rules for the states u of `count` sites so that they are off by `target` at most.
    /// Collective; what was computed is computed anew.
    void choose(const parallel::Communicator& comm, const std::vector<double>& u, std::size_t count,
                double target);
    /// How far they are off at those (NormalMeans::error), which must lie in the ranges taken.
    [[nodiscard]] double error(const std::vector<double>& u, std::size_t count);
    /// The method and its cost for every function: "population e, drift: closed form".
    [[nodiscard]] std::vector<std::string> methods() const;
    /// The rules as numbers, for a checkpoint.
    [[nodiscard]] std::vector<double> save();
    void restore(std::span<const double> saved);

  private:
    template <class Body>
    void for_each(const Body& body);
    [[nodiscard]] const double* mean(std::size_t a) const { return u_ + a * sites_; }
    [[nodiscard]] const double* variance(std::size_t a) const {
        return u_ + (populations() + a) * sites_;
    }
    [[nodiscard]] std::size_t populations() const { return model_->population_count(); }
    void forget();

    const model::Model* model_;
    std::size_t sites_;
    std::vector<NormalMeans> drift_, noise_; ///< by population
    std::vector<NormalMeans> gain_;
    std::vector<std::size_t> source_;

    const double* u_ = nullptr;
    std::vector<std::optional<SiteRange>> ranges_;
    bool counted_ = false;
    std::size_t drift_done_ = 0; ///< sites, from the first on
    std::vector<double> drift_mean_, drift_slope_, rate_k_;
    std::int64_t states_ = 0;
};

} // namespace equipoise::field
