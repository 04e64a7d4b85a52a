// Protects the expectations behind the field: their closed forms, the rules' stated errors, and
// that the choice of a rule does what it promises.
#include "equipoise/field/normal_means.hpp"
#include "equipoise/model/families.hpp"

#include <catch2/catch.hpp>

#include "unit/field/problems.hpp"
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <span>
#include <vector>

using namespace equipoise;
using field::NormalMeans;
using field::NormalRule;
using field::Wanted;

namespace {

const parallel::Communicator& self() {
    static const parallel::Communicator comm(MPI_COMM_SELF);
    return comm;
}

/// E[F(v + sqrt(k) xi)] by a trapezoidal rule far finer than any that is chosen.
double expectation(const model::Function& function, int order, double v, double k) {
    double sum = 0.0;
    double weights = 0.0;
    for (int i = -40000; i <= 40000; ++i) {
        const double xi = i * 2.5e-4;
        const double z = v + std::sqrt(k) * xi;
        const double weight = std::exp(-0.5 * xi * xi);
        sum += weight * (order == 0   ? function.value(z)
                         : order == 1 ? function.slope(z)
                                      : function.curvature(z));
        weights += weight;
    }
    return sum / weights;
}

const std::vector<double> means{-1.3, 0.0, 0.2, 0.9, 2.5};
const std::vector<double> variances{0.0, 1e-6, 0.3, 1.0, 2.0};

/// Largest error of E[F], E[F'], E[F''] at those means and variances.
double largest_error(const NormalMeans& computed, const model::Function& function) {
    std::array<std::vector<double>, 3> f;
    for (std::vector<double>& values : f) {
        values.resize(means.size());
    }
    computed.compute(means.data(), variances.data(), means.size(), f[0].data(), f[1].data(),
                     f[2].data());
    double largest = 0.0;
    for (std::size_t i = 0; i < means.size(); ++i) {
        for (std::size_t order = 0; order < 3; ++order) {
            largest = std::max(largest,
                               std::abs(f[order][i] - expectation(function, static_cast<int>(order),
                                                                  means[i], variances[i])));
        }
    }
    return largest;
}

} // namespace

TEST_CASE("rules integrate what they must exactly") {
    // E[xi^(2m)] = 1, 1, 3, 15, 105
    for (const NormalRule& rule :
         {NormalRule::gauss_hermite(8), NormalRule::trapezoidal(0.5, field::normal_reach(1e-16))}) {
        for (const auto& [power, moment] :
             {std::pair{0, 1.0}, {1, 0.0}, {2, 1.0}, {3, 0.0}, {4, 3.0}, {6, 15.0}, {8, 105.0}}) {
            double sum = 0.0;
            for (std::size_t i = 0; i < rule.size(); ++i) {
                sum += rule.weights[i] * std::pow(rule.nodes[i], power);
            }
            CHECK(sum == Approx(moment).margin(1e-12));
        }
    }
}

TEST_CASE("linear and erf gains have closed forms, which hold") {
    for (const model::FunctionPointer& gain : {model::make_gain(problems::linear_gain(-1.7)),
                                               model::make_gain(problems::erf_gain(1.3, 0.8))}) {
        const NormalMeans computed(gain, {}, Wanted::curvatures);
        CHECK(computed.closed_form());
        CHECK(computed.error(means.data(), variances.data(), means.size()) == 0.0);
        CHECK(largest_error(computed, *gain) < 1e-13);
    }
    const NormalMeans noise(model::make_noise(problems::constant_noise(0.7)), {}, Wanted::square);
    CHECK(noise.closed_form());
    double square = 0.0;
    noise.compute(&means[0], &variances[3], 1, &square, nullptr, nullptr);
    CHECK(square == Approx(0.49));
}

TEST_CASE("a chosen rule is as accurate as was asked, and says so") {
    for (const double slope : {0.5, 1.0, 4.0, 12.0}) {
        const model::FunctionPointer gain =
            model::make_gain({"tanh", {}, {{"slope", slope}, {"height", 1.0}}, {}, {}});
        std::size_t last = 0;
        for (const double target : {1e-6, 1e-9, 1e-12}) {
            NormalMeans computed(gain, {}, Wanted::curvatures);
            computed.choose(self(), means.data(), variances.data(), means.size(), target);
            const double stated = computed.error(means.data(), variances.data(), means.size());
            const double scale = std::max(1.0, 0.77 * slope * slope); // of F'' and the largest
            CAPTURE(slope, target, computed.method());
            CHECK(stated <= target);
            CHECK(largest_error(computed, *gain) < 2.0 * scale * std::max(target, 2e-14));
            CHECK(computed.nodes() > last); // accuracy is paid for
            last = computed.nodes();
        }
        CHECK(last <= NormalMeans::most_nodes);
    }
}

TEST_CASE("polynomial drifts and squares of noise need a few Gauss-Hermite nodes") {
    NormalMeans drift(model::make_drift(problems::cubic_drift(0.1, -0.2, 0.4)), {}, Wanted::slopes);
    drift.choose(self(), means.data(), variances.data(), means.size(), 1e-12);
    CHECK(drift.nodes() == 2); // exact up to degree 3
    const double v = 0.3;
    const double k = 0.8;
    double f = 0.0;
    double slope = 0.0;
    drift.compute(&v, &k, 1, &f, &slope, nullptr);
    CHECK(f == Approx(0.1 - 0.2 * v - 0.4 * (v * v * v + 3.0 * v * k)).epsilon(1e-14));
    CHECK(slope == Approx(-0.2 - 1.2 * (v * v + k)).epsilon(1e-14));
    NormalMeans noise(model::make_noise(problems::quadratic_noise(0.7, 0.5)), {}, Wanted::square);
    noise.choose(self(), means.data(), variances.data(), means.size(), 1e-12);
    noise.compute(&v, &k, 1, &f, nullptr, nullptr);
    CHECK(f == Approx(0.49 + 0.25 * (v * v + k)).epsilon(1e-14));
}

namespace {

/// Many sites, of one variance or of many, and their range.
struct ManySites {
    std::vector<double> v, k;
    field::SiteRange range;

    explicit ManySites(bool one_variance) : range{{{-1.2, 1.2}, {0.4, 1.4}}, 10000} {
        for (int i = 0; i < 10000; ++i) {
            v.push_back(1.2 * std::sin(0.1 * i));
            k.push_back(0.9 + (one_variance ? 0.0 : 0.5 * std::cos(0.37 * i)));
        }
        const auto extent = [](const std::vector<double>& values) {
            const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
            return field::Extent{*lowest, *highest};
        };
        range.rectangle = {extent(v), extent(k)};
    }
};

using Three = std::array<std::vector<double>, 3>;

Three compute(const NormalMeans& computed, const ManySites& sites) {
    Three f;
    for (std::vector<double>& values : f) {
        values.resize(sites.v.size());
    }
    computed.compute(sites.v.data(), sites.k.data(), sites.v.size(), f[0].data(), f[1].data(),
                     f[2].data());
    return f;
}

} // namespace

TEST_CASE("many sites: series agree with the rule, for every family without a closed form") {
    const auto family = [](const char* name, double slope) {
        return model::make_gain(
            {name, {}, {{"slope", slope}, {"height", 1.3}, {"threshold", 0.2}}, {}, {}});
    };
    for (const model::FunctionPointer& gain :
         {family("tanh", 1.0), family("tanh", 2.5), family("logistic", 3.0),
          family("softplus", 1.5), model::make_expression("z/sqrt(1 + z*z)", -12.0, 12.0, 400)}) {
        // F'' reaches 10, to which errors are relative; quintic pieces are not smooth.
        const double bound = gain->range().is_bounded() ? 3e-10 : 5e-11;
        for (const bool one_variance : {true, false}) {
            CAPTURE(gain->description(), one_variance);
            const ManySites sites(one_variance);
            NormalMeans computed(gain, gain->range(), Wanted::curvatures);
            computed.choose(self(), sites.v.data(), sites.k.data(), 500, 1e-11);
            const Three rule = compute(computed, sites);
            CHECK_FALSE(computed.separable());
            computed.prepare(sites.range);
            CHECK(computed.separable());
            const Three series = compute(computed, sites);
            double largest = 0.0;
            for (std::size_t order = 0; order < 3; ++order) {
                const bool same = series[order] == rule[order];
                CHECK_FALSE(same); // another way, or comparing would say nothing
                for (std::size_t i = 0; i < sites.v.size(); ++i) {
                    largest = std::max(largest, std::abs(series[order][i] - rule[order][i]));
                }
            }
            CHECK(largest < bound);
            CHECK(computed.error(sites.v.data(), sites.k.data(), 500) <= bound);
            for (std::size_t i = 0; i < 10000; i += 3333) { // and with what both stand for
                for (int order = 0; order < 3; ++order) {
                    CHECK(series[static_cast<std::size_t>(order)][i] ==
                          Approx(expectation(*gain, order, sites.v[i], sites.k[i]))
                              .margin(2.0 * bound));
                }
            }
        }
    }
}

TEST_CASE("series: one expectation at a time gives the same bits; few sites or a kink: the rule") {
    const model::FunctionPointer gain = model::make_gain(problems::tanh_gain());
    const ManySites sites(false);
    NormalMeans computed(gain, {}, Wanted::curvatures);
    computed.choose(self(), sites.v.data(), sites.k.data(), 500, 1e-11);
    computed.prepare(sites.range);
    const Three all = compute(computed, sites);
    std::vector<double> slope(sites.v.size());
    computed.compute(sites.v.data(), sites.k.data(), sites.v.size(), nullptr, slope.data(),
                     nullptr);
    const bool same = slope == all[1];
    CHECK(same);
    field::SiteRange few = sites.range;
    few.sites = 400;
    computed.prepare(few);
    CHECK_FALSE(computed.separable());
    // Variances down to 0 leave a steep gain as it is: no series of so few terms.
    const model::FunctionPointer steep =
        model::make_gain({"tanh", {}, {{"slope", 40.0}, {"height", 1.0}}, {}, {}});
    NormalMeans hard(steep, {}, Wanted::curvatures);
    hard.choose(self(), means.data(), variances.data(), means.size(), 1e-9);
    hard.prepare(field::SiteRange{{{-1.2, 1.2}, {0.0, 1.0}}, 1000000});
    CHECK_FALSE(hard.separable());
}

TEST_CASE("saved rules are the same rules") {
    const model::FunctionPointer gain = model::make_gain(problems::tanh_gain());
    NormalMeans chosen(gain, {}, Wanted::curvatures);
    chosen.choose(self(), means.data(), variances.data(), means.size(), 1e-10);
    NormalMeans restored(gain, {}, Wanted::curvatures);
    const std::vector<double> saved = chosen.save();
    std::span<const double> rest(saved);
    restored.restore(rest);
    CHECK(rest.empty());
    CHECK(restored.method() == chosen.method());
    std::vector<double> a(3);
    std::vector<double> b(3);
    chosen.compute(&means[3], &variances[3], 1, &a[0], &a[1], &a[2]);
    restored.compute(&means[3], &variances[3], 1, &b[0], &b[1], &b[2]);
    CHECK(a == b);
}
