#include "equipoise/field/normal_means.hpp"

#include "equipoise/elementary/clones.hpp"
#include "equipoise/field/chebyshev.hpp"
#include "equipoise/util/errors.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

namespace equipoise::field {

namespace {

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

bool NormalMeans::compute_series(const double* v, std::size_t sites, const SharedVariance& shared,
                                 double* f, double* f1, double* f2) const {
    // An interval of no width would have no scale.
    const double middle = 0.5 * (shared.lowest_mean + shared.highest_mean);
    const double half =
        std::max(0.5 * (shared.highest_mean - shared.lowest_mean), 1e-3 * (1.0 + std::abs(middle)));
    const std::array<double*, 3> out{f, f1, f2};
    const std::size_t functions = outputs(wanted_);
    for (std::size_t size = 16; size <= 64; size *= 2) {
        const std::vector<double> points = Chebyshev::points(middle - half, middle + half, size);
        const std::vector<double> variances(size, shared.k);
        const std::vector<double> values = results(rule_, points.data(), variances.data(), size);
        std::vector<Chebyshev> series;
        bool resolved = true;
        for (std::size_t i = 0; i < functions; ++i) {
            series.push_back(Chebyshev::interpolate(middle - half, middle + half,
                                                    values.data() + i * size, size));
            resolved = resolved && series.back().tail() <= series_error_;
        }
        if (resolved) {
            for (std::size_t i = 0; i < functions; ++i) {
                series[i].shorten(series_error_);
                series[i].evaluate(v, out[i], sites);
            }
            return true;
        }
    }
    return false;
}

void NormalMeans::compute(const double* v, const double* k, std::size_t sites,
                          const std::optional<SharedVariance>& shared, double* f, double* f1,
                          double* f2) const {
    if (closed_) {
        (void)compute_closed(v, k, sites, f, f1, f2);
    } else if (!shared.has_value() || !compute_series(v, sites, *shared, f, f1, f2)) {
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

double NormalMeans::error(const double* v, const double* k, std::size_t sites,
                          const std::optional<SharedVariance>& shared) const {
    if (closed_) {
        return 0.0;
    }
    const std::size_t count = outputs(wanted_);
    std::vector<double> own(count * sites);
    double* f = own.data();
    compute(v, k, sites, shared, f, count > 1 ? f + sites : nullptr,
            count > 2 ? f + 2 * sites : nullptr);
    return largest_difference(own, results(finer_, v, k, sites));
}

void NormalMeans::choose(const parallel::Communicator& comm, const double* v, const double* k,
                         std::size_t sites, double target) {
    if (closed_) {
        return;
    }
    series_error_ = 0.1 * target;
    const double reach = normal_reach(target);
    const double far_reach = normal_reach(1e-3 * target);
    const auto error_of = [&](const NormalRule& rule, const std::vector<double>& reference) {
        return comm.max(largest_difference(results(rule, v, k, sites), reference));
    };
    // The widest spacing that agrees with half of itself ...
    double spacing = 0.8;
    std::vector<double> reference;
    for (;; spacing /= std::sqrt(2.0)) {
        rule_ = NormalRule::trapezoidal(spacing, reach);
        finer_ = NormalRule::trapezoidal(0.5 * spacing, far_reach);
        reference = results(finer_, v, k, sites);
        if (error_of(rule_, reference) <= target || 2.0 * reach / spacing >= most_nodes) {
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
    rule_ = make(saved[1], saved[2]);
    finer_ = make(saved[3], saved[4]);
    saved = saved.subspan(5);
}

} // namespace equipoise::field
