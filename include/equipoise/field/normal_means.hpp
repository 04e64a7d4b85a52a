#pragma once

#include "equipoise/field/normal_rule.hpp"
#include "equipoise/field/normal_series.hpp"
#include "equipoise/model/function.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace equipoise::field {

/// Which expectations of a function F of z = v + sqrt(K) xi are wanted.
enum class Wanted {
    curvatures, ///< E[F], E[F'], E[F'']: a gain
    slopes,     ///< E[F], E[F']: a drift
    square      ///< E[F^2]: a noise intensity
};

/// The states of all ranks' sites: where they lie, how many there are.
struct SiteRange {
    Rectangle rectangle;
    std::int64_t sites = 0;

    bool operator==(const SiteRange&) const = default;
};

/// Expectations of one function under Gaussian states, at many sites at once: in closed form where
/// the family has one, else by the cheapest rule that is accurate enough for the states it was
/// chosen for. The result at a site does not depend on the sites around it, to the last bit.
class NormalMeans {
  public:
    /// `range`: where states are kept, for functions that are not defined everywhere.
    NormalMeans(model::FunctionPointer function, const model::Interval& range, Wanted wanted);

    /// Chooses the rule: the fewest nodes whose results at all sites of all ranks depart from those
    /// of a trapezoidal rule with over twice the nodes that suffice by `target` at most, relative
    /// to the larger of 1 and the largest result. Where even most_nodes do not suffice: those.
    /// Collective.
    void choose(const parallel::Communicator& comm, const double* v, const double* k,
                std::size_t sites, double target);
    /// The largest such difference over the local sites for other states; 0 for a closed form.
    [[nodiscard]] double error(const double* v, const double* k, std::size_t sites) const;

    /// Gets ready for sites whose states lie in that range; none: for any.
    ///
    /// The expectations are smooth functions of (v, K). Where the sites are many, they are computed
    /// as Chebyshev series from the rule's values at a few v and K, which is then ready: it depends
    /// on the range and the rule alone.
    void prepare(const std::optional<SiteRange>& range);
    /// Whether one expectation costs less than all together: by series.
    [[nodiscard]] bool separable() const noexcept { return series_.has_value(); }
    /// f, f1 and f2, `sites` values each, in the range that was prepared for. Those that are not
    /// Wanted are left alone; where they are separable, a null pointer leaves one out.
    void compute(const double* v, const double* k, std::size_t sites, double* f, double* f1,
                 double* f2) const;

    [[nodiscard]] bool closed_form() const noexcept { return closed_; }
    [[nodiscard]] std::size_t nodes() const noexcept { return closed_ ? 0 : rule_.size(); }
    /// "closed form", or the rule's name.
    [[nodiscard]] std::string method() const { return closed_ ? "closed form" : rule_.name(); }

    /// The choice as numbers, for a checkpoint; empty for a closed form.
    [[nodiscard]] std::vector<double> save() const;
    /// Takes the numbers that save() gave from the front of `saved`.
    void restore(std::span<const double>& saved);

    static constexpr std::size_t most_nodes = 2048;

  private:
    void apply(const NormalRule& rule, const double* v, const double* k, std::size_t sites,
               double* f, double* f1, double* f2) const;
    [[nodiscard]] std::optional<NormalSeries> make_series(const SiteRange& range) const;
    [[nodiscard]] bool compute_closed(const double* v, const double* k, std::size_t sites,
                                      double* f, double* f1, double* f2) const;
    [[nodiscard]] std::vector<double> results(const NormalRule& rule, const double* v,
                                              const double* k, std::size_t sites) const;

    model::FunctionPointer function_;
    model::Interval range_;
    Wanted wanted_;
    bool closed_ = false;
    double series_error_ = 1e-14; ///< what a series may leave out
    NormalRule rule_, finer_;
    std::optional<SiteRange> range_of_series_; ///< prepared for
    std::optional<NormalSeries> series_;
};

} // namespace equipoise::field
