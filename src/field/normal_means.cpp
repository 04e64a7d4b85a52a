#include "equipoise/field/normal_means.hpp"

#include "equipoise/elementary/clones.hpp"
#include "equipoise/util/errors.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

namespace equipoise::field {

namespace {

/// Spacing of the rule that a trapezoidal one is compared with: 1/sqrt(5) of its own. With a ratio
/// of small whole numbers, both could be off alike for a function of equal pieces (an interpolated
/// expression).
constexpr double finer_ratio = 0.4472135955;

/// A series pays where there are so many sites for each point of its grid.
constexpr std::int64_t sites_to_a_point = 4;

/// Sites worked on at a time: their states, values and sums fit the first cache.
constexpr std::size_t block = 256;

EQUIPOISE_CLONES
void states(const double* __restrict v, const double* __restrict deviation, double node,
            double* __restrict z, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        z[i] = v[i] + deviation[i] * node;
    }
}

EQUIPOISE_CLONES
void add(const double* __restrict f, double weight, double* __restrict sum, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        sum[i] += weight * f[i];
    }
}

EQUIPOISE_CLONES
void add_squares(const double* __restrict f, double weight, double* __restrict sum,
                 std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        sum[i] += weight * (f[i] * f[i]);
    }
}

std::size_t outputs(Wanted wanted) {
    switch (wanted) {
    case Wanted::curvatures:
        return 3;
    case Wanted::slopes:
        return 2;
    case Wanted::square:
        break;
    }
    return 1;
}

/// Relative to the larger of 1 and the largest value.
double largest_difference(const std::vector<double>& values, const std::vector<double>& reference) {
    double largest = 1.0;
    double difference = 0.0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        largest = std::max(largest, std::abs(reference[i]));
        difference = std::max(difference, std::abs(values[i] - reference[i]));
    }
    return difference / largest;
}

} // namespace

NormalMeans::NormalMeans(model::FunctionPointer function, const model::Interval& range,
                         Wanted wanted)
    : function_(std::move(function)), range_(range), wanted_(wanted),
      rule_(NormalRule::gauss_hermite(32)), finer_(rule_) {
    const double zero = 0.0;
    std::array<double, 3> out{};
    closed_ = compute_closed(&zero, &zero, 1, &out[0], &out[1], &out[2]);
}

bool NormalMeans::compute_closed(const double* v, const double* k, std::size_t sites, double* f,
                                 double* f1, double* f2) const {
    if (wanted_ == Wanted::curvatures) {
        return function_->normal_means(v, k, f, f1, f2, sites);
    }
    const std::optional<model::Affine> affine = function_->affine();
    if (!affine.has_value()) {
        return false;
    }
    const auto [slope, offset] = *affine;
    for (std::size_t i = 0; i < sites; ++i) {
        const double mean = slope * v[i] + offset;
        f[i] = wanted_ == Wanted::square ? mean * mean + slope * slope * k[i] : mean;
    }
    if (wanted_ == Wanted::slopes) {
        std::fill_n(f1, sites, slope);
    }
    return true;
}

void NormalMeans::apply(const NormalRule& rule, const double* v, const double* k, std::size_t sites,
                        double* f, double* f1, double* f2) const {
    std::array<double, block> deviation{};
    std::array<double, block> z{};
    std::array<double, block> value{};
    std::array<double, block> slope{};
    std::array<double, block> curvature{};
    for (std::size_t begin = 0; begin < sites; begin += block) {
        const std::size_t count = std::min(block, sites - begin);
        for (std::size_t i = 0; i < count; ++i) {
            deviation[i] = std::sqrt(std::max(k[begin + i], 0.0));
        }
        for (double* out : {f, f1, f2}) {
            if (out != nullptr) {
                std::fill_n(out + begin, count, 0.0);
            }
        }
        for (std::size_t node = 0; node < rule.size(); ++node) {
            const double weight = rule.weights[node];
            states(v + begin, deviation.data(), rule.nodes[node], z.data(), count);
            if (range_.is_bounded()) {
                for (std::size_t i = 0; i < count; ++i) {
                    z[i] = std::clamp(z[i], range_.lower, range_.upper);
                }
            }
            switch (wanted_) {
            case Wanted::curvatures:
                function_->curvatures(z.data(), value.data(), slope.data(), curvature.data(),
                                      count);
                add(value.data(), weight, f + begin, count);
                add(slope.data(), weight, f1 + begin, count);
                add(curvature.data(), weight, f2 + begin, count);
                break;
            case Wanted::slopes:
                function_->slopes(z.data(), value.data(), slope.data(), count);
                add(value.data(), weight, f + begin, count);
                add(slope.data(), weight, f1 + begin, count);
                break;
            case Wanted::square:
                function_->values(z.data(), value.data(), count);
                add_squares(value.data(), weight, f + begin, count);
                break;
            }
        }
    }
}

std::optional<NormalSeries> NormalMeans::make_series(const SiteRange& range) const {
    const bool one_variance = range.rectangle.k.width() == 0.0;
    std::array<std::size_t, 2> size{16, one_variance ? 1U : 8U};
    while (size[0] <= NormalSeries::most_in_v && size[1] <= NormalSeries::most_in_k &&
           static_cast<std::int64_t>(size[0] * size[1]) * sites_to_a_point <= range.sites) {
        const NormalSeries::Grid grid = NormalSeries::grid(range.rectangle, size);
        NormalSeries series(range.rectangle, size, outputs(wanted_),
                            results(rule_, grid.v.data(), grid.k.data(), grid.v.size()));
        const std::array<double, 2> tail = series.tail();
        if (tail[0] <= series_error_ && tail[1] <= series_error_) {
            series.shorten(series_error_);
            return series;
        }
        for (std::size_t side = 0; side < 2; ++side) {
            size[side] *= tail[side] <= series_error_ ? 1U : 2U;
        }
    }
    return std::nullopt;
}

void NormalMeans::prepare(const std::optional<SiteRange>& range) {
    if (closed_ || (range.has_value() && range == range_of_series_)) {
        return;
    }
    range_of_series_ = range;
    series_ = range.has_value() ? make_series(*range) : std::nullopt;
}

void NormalMeans::compute(const double* v, const double* k, std::size_t sites, double* f,
                          double* f1, double* f2) const {
    if (closed_) {
        (void)compute_closed(v, k, sites, f, f1, f2);
    } else if (series_.has_value()) {
        series_->evaluate(v, k, sites, {f, f1, f2});
    } else {
        apply(rule_, v, k, sites, f, f1, f2);
    }
}

std::vector<double> NormalMeans::results(const NormalRule& rule, const double* v, const double* k,
                                         std::size_t sites) const {
    const std::size_t count = outputs(wanted_);
    std::vector<double> result(count * sites);
    double* f = result.data();
    apply(rule, v, k, sites, f, count > 1 ? f + sites : nullptr,
          count > 2 ? f + 2 * sites : nullptr);
    return result;
}

double NormalMeans::error(const double* v, const double* k, std::size_t sites) const {
    if (closed_) {
        return 0.0;
    }
    const std::size_t count = outputs(wanted_);
    std::vector<double> own(count * sites);
    double* f = own.data();
    compute(v, k, sites, f, count > 1 ? f + sites : nullptr, count > 2 ? f + 2 * sites : nullptr);
    return largest_difference(own, results(finer_, v, k, sites));
}

void NormalMeans::choose(const parallel::Communicator& comm, const double* v, const double* k,
                         std::size_t sites, double target) {
    if (closed_) {
        return;
    }
    range_of_series_.reset();
    series_.reset();
    const double reach = normal_reach(target);
    const double far_reach = normal_reach(1e-3 * target);
    const auto error_of = [&](const NormalRule& rule, const std::vector<double>& reference) {
        return comm.max(largest_difference(results(rule, v, k, sites), reference));
    };
    // The widest spacing that agrees with less than half of itself ...
    double spacing = 0.8;
    std::vector<double> reference;
    double best = 0.0; // error of the last rule of these
    for (;; spacing /= std::sqrt(2.0)) {
        rule_ = NormalRule::trapezoidal(spacing, reach);
        finer_ = NormalRule::trapezoidal(finer_ratio * spacing, far_reach);
        reference = results(finer_, v, k, sites);
        best = error_of(rule_, reference);
        if (best <= target || 2.0 * reach / spacing >= most_nodes) {
            break;
        }
    }
    // ... then a little wider, and Gauss-Hermite rules of fewer nodes.
    for (const double factor : {1.3, 1.2, 1.1}) {
        const NormalRule rule = NormalRule::trapezoidal(factor * spacing, reach);
        if (error_of(rule, reference) <= target) {
            rule_ = rule;
            break;
        }
    }
    for (const std::size_t size : {2U, 4U, 8U, 12U, 16U, 24U, 32U}) {
        if (size >= rule_.size()) {
            break;
        }
        const NormalRule rule = NormalRule::gauss_hermite(size);
        if (error_of(rule, reference) <= target) {
            rule_ = rule;
            break;
        }
    }
    // A series cannot be better than the rule, which for functions with kinks may miss the target.
    series_error_ = std::max(0.1 * target, best > target ? best : 0.0);
}

std::vector<double> NormalMeans::save() const {
    if (closed_) {
        return {};
    }
    return {series_error_, rule_.spacing,
            rule_.spacing > 0.0 ? rule_.reach : static_cast<double>(rule_.size()), finer_.spacing,
            finer_.spacing > 0.0 ? finer_.reach : static_cast<double>(finer_.size())};
}

void NormalMeans::restore(std::span<const double>& saved) {
    if (closed_) {
        return;
    }
    ensure(saved.size() >= 5, "saved rules fit the model");
    const auto make = [](double spacing, double extent) {
        return spacing > 0.0 ? NormalRule::trapezoidal(spacing, extent)
                             : NormalRule::gauss_hermite(static_cast<std::size_t>(extent));
    };
    series_error_ = saved[0];
    range_of_series_.reset();
    series_.reset();
    rule_ = make(saved[1], saved[2]);
    finer_ = make(saved[3], saved[4]);
    saved = saved.subspan(5);
}

} // namespace equipoise::field
