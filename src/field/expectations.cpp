#include "equipoise/field/expectations.hpp"

#include "equipoise/elementary/clones.hpp"
#include "equipoise/field/events.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace equipoise::field {

namespace {

/// rate, which holds E[sigma^2], becomes dK/dt.
EQUIPOISE_CLONES
void add_drift(const double* __restrict k, const double* __restrict slope, double* __restrict rate,
               std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        rate[i] += 2.0 * k[i] * slope[i];
    }
}

} // namespace

Expectations::Expectations(const model::Model& model, std::size_t sites)
    : model_(&model), sites_(sites), ranges_(model.population_count()) {
    for (std::size_t a = 0; a < populations(); ++a) {
        const model::Population& population = model.population(a);
        drift_.emplace_back(population.drift, population.range, Wanted::slopes);
        noise_.emplace_back(population.noise, population.range, Wanted::square);
        for (const model::FunctionPointer& gain : population.gains) {
            gain_.emplace_back(gain, population.range, Wanted::curvatures);
            source_.push_back(a);
        }
    }
    drift_mean_.resize(populations() * sites);
    drift_slope_.resize(populations() * sites);
    rate_k_.resize((populations() + model.covariances().size()) * sites);
}

/// body(expectations of a function, its population) for every function of the model.
template <class Body>
void Expectations::for_each(const Body& body) {
    for (std::size_t a = 0; a < populations(); ++a) {
        body(drift_[a], a);
        body(noise_[a], a);
    }
    for (std::size_t g = 0; g < gain_.size(); ++g) {
        body(gain_[g], source_[g]);
    }
}

void Expectations::take(const std::vector<double>& u,
                        std::vector<std::optional<SiteRange>> ranges) {
    u_ = u.data();
    ranges_ = std::move(ranges);
    forget();
}

void Expectations::forget() {
    counted_ = false;
    drift_done_ = 0;
    for_each([&](NormalMeans& means, std::size_t a) { means.prepare(ranges_[a]); });
}

void Expectations::compute_drift(const Run& run) {
    if (run.first != drift_done_) {
        return; // has been
    }
    drift_done_ += run.count;
    const Scope event(Event::expectations);
    const std::size_t count = run.count;
    for (std::size_t a = 0; a < populations(); ++a) {
        const double* v = mean(a) + run.first;
        const double* k = variance(a) + run.first;
        const std::size_t at = a * sites_ + run.first;
        drift_[a].compute(v, k, count, &drift_mean_[at], &drift_slope_[at], nullptr);
        noise_[a].compute(v, k, count, &rate_k_[at], nullptr, nullptr); // E[sigma^2]
        add_drift(k, &drift_slope_[at], &rate_k_[at], count);
    }
    const std::vector<model::Covariance>& pairs = model_->covariances();
    for (std::size_t pair = 0; pair < pairs.size(); ++pair) {
        const double* first = drift_slope_.data() + pairs[pair].first * sites_;
        const double* second = drift_slope_.data() + pairs[pair].second * sites_;
        const double* k = u_ + (2 * populations() + pair) * sites_;
        double* rate = rate_k_.data() + (populations() + pair) * sites_;
        for (std::size_t s = run.first; s < run.first + count; ++s) {
            rate[s] = k[s] * (first[s] + second[s]);
        }
    }
}

void Expectations::compute_drift() {
    if (drift_done_ < sites_) {
        compute_drift({drift_done_, sites_ - drift_done_});
    }
}

void Expectations::compute_gains(const Run& run, const std::array<double*, 3>& out,
                                 std::size_t stride) {
    const Scope event(Event::expectations);
    states_ += counted_ ? 0 : 1;
    counted_ = true;
    for (std::size_t g = 0; g < gain_.size(); ++g) {
        const auto row = [&](std::size_t order) {
            return out[order] == nullptr ? nullptr : out[order] + g * stride;
        };
        gain_[g].compute(mean(source_[g]) + run.first, variance(source_[g]) + run.first, run.count,
                         row(0), row(1), row(2));
    }
}

bool Expectations::separable() const {
    return std::all_of(gain_.begin(), gain_.end(),
                       [](const NormalMeans& gain) { return gain.separable(); });
}

void Expectations::choose(const parallel::Communicator& comm, const std::vector<double>& u,
                          std::size_t count, double target) {
    for_each([&](NormalMeans& means, std::size_t a) {
        means.choose(comm, u.data() + a * count, u.data() + (populations() + a) * count, count,
                     target);
    });
    forget();
}

double Expectations::error(const std::vector<double>& u, std::size_t count) {
    double largest = 0.0;
    for_each([&](NormalMeans& means, std::size_t a) {
        largest = std::max(largest, means.error(u.data() + a * count,
                                                u.data() + (populations() + a) * count, count));
    });
    return largest;
}

std::vector<std::string> Expectations::methods() const {
    std::vector<std::string> result;
    const auto say = [&](std::size_t a, const std::string& what, const NormalMeans& means) {
        result.push_back(
            fmt::format("population {}, {}: {}", model_->population(a).name, what, means.method()));
    };
    for (std::size_t a = 0; a < populations(); ++a) {
        say(a, "drift", drift_[a]);
        say(a, "noise", noise_[a]);
    }
    for (std::size_t g = 0; g < gain_.size(); ++g) {
        const std::size_t a = source_[g];
        const std::size_t first = static_cast<std::size_t>(
            std::find(source_.begin(), source_.end(), a) - source_.begin());
        say(a, model_->population(a).gains[g - first]->description(), gain_[g]);
    }
    return result;
}

std::vector<double> Expectations::save() {
    std::vector<double> result;
    for_each([&](NormalMeans& means, std::size_t) {
        const std::vector<double> saved = means.save();
        result.insert(result.end(), saved.begin(), saved.end());
    });
    return result;
}

void Expectations::restore(std::span<const double> saved) {
    for_each([&](NormalMeans& means, std::size_t) { means.restore(saved); });
    forget();
}

} // namespace equipoise::field
