#include "equipoise/model/basis.hpp"

#include "equipoise/util/errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>
#include <utility>

namespace equipoise::model {

namespace {

/// The canonical one of k and -k, and the sign that the sine takes on the way.
std::pair<WaveVector, double> canonical(const WaveVector& wave) {
    if (wave.is_canonical()) {
        return {wave, 1.0};
    }
    return {WaveVector{{-wave.k[0], -wave.k[1]}}, -1.0};
}

WaveVector combine(const WaveVector& a, const WaveVector& b, int sign) {
    return {{a.k[0] + sign * b.k[0], a.k[1] + sign * b.k[1]}};
}

} // namespace

std::string Mode::name(bool two_dimensional) const {
    if (wave.is_zero()) {
        return "1";
    }
    const char* function = sine ? "sin" : "cos";
    return two_dimensional ? fmt::format("{}({},{})", function, wave.k[0], wave.k[1])
                           : fmt::format("{}({})", function, wave.k[0]);
}

Basis::Basis(const std::vector<WaveVector>& waves) {
    std::set<WaveVector> distinct;
    for (const WaveVector& wave : waves) {
        distinct.insert(canonical(wave).first);
    }
    waves_.assign(distinct.begin(), distinct.end());
    const auto square = [](const WaveVector& wave) {
        return std::int64_t{wave.k[0]} * wave.k[0] + std::int64_t{wave.k[1]} * wave.k[1];
    };
    std::stable_sort(waves_.begin(), waves_.end(), [&](const WaveVector& a, const WaveVector& b) {
        return square(a) < square(b);
    });
    for (std::size_t w = 0; w < waves_.size(); ++w) {
        position_[waves_[w]] = w;
        cosine_.push_back(modes_.size());
        modes_.push_back({waves_[w], false});
        if (!waves_[w].is_zero()) {
            modes_.push_back({waves_[w], true});
        }
    }
}

int Basis::max_wave_number(std::size_t direction) const {
    int highest = 0;
    for (const WaveVector& wave : waves_) {
        highest = std::max(highest, std::abs(wave.k[direction]));
    }
    return highest;
}

std::size_t Basis::index(const Mode& mode) const {
    const auto found = position_.find(mode.wave);
    ensure(found != position_.end() && !(mode.sine && mode.wave.is_zero()),
           "a mode is looked up in a basis that holds it");
    return cosine_[found->second] + (mode.sine ? 1 : 0);
}

bool Basis::contains(const WaveVector& wave) const {
    return position_.count(canonical(wave).first) > 0;
}

double Basis::value(std::size_t p, const Position& phase) const {
    const Mode& mode = modes_[p];
    const double turns = mode.wave.k[0] * phase[0] + mode.wave.k[1] * phase[1];
    // Reduced to [-1/2, 1/2] first: the product of a large wave number and the phase loses no
    // digits.
    const double angle = 2.0 * std::numbers::pi * (turns - std::nearbyint(turns));
    return mode.sine ? std::sin(angle) : std::cos(angle);
}

void Basis::values(const Position& phase, double* out) const {
    for (std::size_t p = 0; p < size(); ++p) {
        out[p] = value(p, phase);
    }
}

Basis Basis::products() const {
    // Marks on the grid of all k + l and k - l: pairs are far more than distinct results.
    const int reach0 = 2 * max_wave_number(0);
    const int reach1 = 2 * max_wave_number(1);
    const std::size_t columns = 2 * static_cast<std::size_t>(reach1) + 1;
    std::vector<bool> marked((2 * static_cast<std::size_t>(reach0) + 1) * columns);
    std::vector<WaveVector> waves = waves_;
    const auto add = [&](const WaveVector& wave) {
        const std::size_t at = static_cast<std::size_t>(wave.k[0] + reach0) * columns +
                               static_cast<std::size_t>(wave.k[1] + reach1);
        if (!marked[at]) {
            marked[at] = true;
            waves.push_back(wave);
        }
    };
    for (const WaveVector& a : waves_) {
        for (const WaveVector& b : waves_) {
            add(combine(a, b, 1));
            add(combine(a, b, -1));
        }
    }
    return Basis(waves);
}

std::vector<ModeTerm> Basis::product(std::size_t p, std::size_t q, const Basis& target) const {
    // cos a cos b = [cos(a-b) + cos(a+b)] / 2      sin a sin b = [cos(a-b) - cos(a+b)] / 2
    // sin a cos b = [sin(a-b) + sin(a+b)] / 2      cos a sin b = [-sin(a-b) + sin(a+b)] / 2
    const Mode& first = modes_[p];
    const Mode& second = modes_[q];
    const bool sine = first.sine != second.sine;
    const double difference_weight = !first.sine && second.sine ? -0.5 : 0.5;
    const double sum_weight = first.sine && second.sine ? -0.5 : 0.5;
    std::vector<ModeTerm> terms;
    const auto add = [&](const WaveVector& wave, double weight) {
        const auto [direction, sign] = canonical(wave);
        if (sine && direction.is_zero()) {
            return; // sin 0
        }
        const std::size_t mode = target.index({direction, sine});
        const double signed_weight = sine ? sign * weight : weight;
        for (ModeTerm& term : terms) {
            if (term.mode == mode) {
                term.coefficient += signed_weight;
                return;
            }
        }
        terms.push_back({mode, signed_weight});
    };
    add(combine(first.wave, second.wave, -1), difference_weight);
    add(combine(first.wave, second.wave, 1), sum_weight);
    terms.erase(std::remove_if(terms.begin(), terms.end(),
                               [](const ModeTerm& term) { return term.coefficient == 0.0; }),
                terms.end());
    return terms;
}

} // namespace equipoise::model
