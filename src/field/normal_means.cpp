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

void NormalMeans::compute(const double* v, const double* k, std::size_t sites, double* f,
                          double* f1, double* f2) const {
    if (closed_) {
        (void)compute_closed(v, k, sites, f, f1, f2);
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

double NormalMeans::difference(const NormalRule& rule, const std::vector<double>& reference,
                               const double* v, const double* k, std::size_t sites) const {
    const std::vector<double> own = results(rule, v, k, sites);
    double largest = 1.0;
    double difference = 0.0;
    for (std::size_t i = 0; i < own.size(); ++i) {
        largest = std::max(largest, std::abs(reference[i]));
        difference = std::max(difference, std::abs(own[i] - reference[i]));
    }
    return difference / largest;
}

double NormalMeans::error(const double* v, const double* k, std::size_t sites) const {
    return closed_ ? 0.0 : difference(rule_, results(finer_, v, k, sites), v, k, sites);
}

void NormalMeans::choose(const parallel::Communicator& comm, const double* v, const double* k,
                         std::size_t sites, double target) {
    if (closed_) {
        return;
    }
    const double reach = normal_reach(target);
    const double far_reach = normal_reach(1e-3 * target);
    const auto error_of = [&](const NormalRule& rule, const std::vector<double>& reference) {
        return comm.max(difference(rule, reference, v, k, sites));
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
    return {rule_.spacing, rule_.spacing > 0.0 ? rule_.reach : static_cast<double>(rule_.size()),
            finer_.spacing,
            finer_.spacing > 0.0 ? finer_.reach : static_cast<double>(finer_.size())};
}

void NormalMeans::restore(std::span<const double>& saved) {
    if (closed_) {
        return;
    }
    ensure(saved.size() >= 4, "saved rules fit the model");
    const auto make = [](double spacing, double extent) {
        return spacing > 0.0 ? NormalRule::trapezoidal(spacing, extent)
                             : NormalRule::gauss_hermite(static_cast<std::size_t>(extent));
    };
    rule_ = make(saved[0], saved[1]);
    finer_ = make(saved[2], saved[3]);
    saved = saved.subspan(4);
}

} // namespace equipoise::field
