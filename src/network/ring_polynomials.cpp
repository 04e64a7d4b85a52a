#include "equipoise/network/ring_polynomials.hpp"

#include "equipoise/elementary/clones.hpp"
#include "equipoise/network/block_loops.hpp"
#include "equipoise/random/stream.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace equipoise::network {

namespace {

constexpr std::size_t block_size = random::block_size;
/// Rows of the table: not a power of two, whose rows would compete for the same places in the
/// cache.
constexpr std::size_t row_size = block_size + 16;
constexpr double negligible = 0x1p-56; ///< beside 1, the size of a wave

/// Bessel functions J_0(a), J_1(a), ... for a >= 0, down to those that are negligible, by Miller's
/// backward recurrence: from arithmetic alone, so that their bits are the same everywhere.
std::vector<double> bessel(double a) {
    if (a == 0.0) {
        return {1.0};
    }
    // J_d(a) < (e a / 2 d)^d: far beyond the last one wanted, and even.
    const auto start = 2 * (static_cast<std::size_t>(0.75 * a) + 24);
    std::vector<double> j(start + 2, 0.0);
    j[start] = 1e-30;
    for (std::size_t d = start; d > 0; --d) {
        j[d - 1] = 2.0 * static_cast<double>(d) / a * j[d] - j[d + 1];
        if (std::abs(j[d - 1]) > 1e100) {
            for (std::size_t later = d - 1; later <= start; ++later) {
                j[later] *= 1e-200;
            }
        }
    }
    double sum = j[0]; // J_0 + 2 (J_2 + J_4 + ...) = 1
    for (std::size_t d = 2; d <= start; d += 2) {
        sum += 2.0 * j[d];
    }
    while (j.size() > 1 && std::abs(j.back()) < negligible * std::abs(sum)) {
        j.pop_back();
    }
    for (double& value : j) {
        value /= sum;
    }
    return j;
}

std::vector<double> bessel(std::int64_t wave, double half_width) {
    return bessel(2.0 * std::numbers::pi * static_cast<double>(std::abs(wave)) * half_width);
}

EQUIPOISE_CLONES
void chebyshev_step(const double* __restrict u, const double* __restrict before,
                    const double* __restrict last, double* __restrict next, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        next[i] = std::fma(2.0 * u[i], last[i], -before[i]);
    }
}

/// (a, b) turned by the angles of (cosine, sine), in place.
EQUIPOISE_CLONES
void rotate(double* __restrict a, double* __restrict b, const double* __restrict cosine,
            const double* __restrict sine, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const double first = std::fma(cosine[i], a[i], -(sine[i] * b[i]));
        b[i] = std::fma(sine[i], a[i], cosine[i] * b[i]);
        a[i] = first;
    }
}

} // namespace

std::size_t RingPolynomials::degrees(const model::Basis& basis, double half_width) {
    return bessel(basis.max_wave_number(0), half_width).size();
}

RingPolynomials::RingPolynomials(const model::Basis& basis, double half_width)
    : place_(basis.size()) {
    const std::size_t count = basis.waves().size();
    const std::size_t most = degrees(basis, half_width);
    series_.resize(most * count);
    for (std::size_t w = 0; w < count; ++w) {
        const model::WaveVector& wave = basis.waves()[w];
        waves_.push_back(wave.k[0]);
        place_[basis.cosine_index(w)] = {w, false};
        if (!wave.is_zero()) {
            place_[basis.cosine_index(w) + 1] = {w, true};
        }
        const std::vector<double> j = bessel(wave.k[0], half_width);
        degrees_.push_back(std::min(j.size(), most));
        for (std::size_t d = 0; d < degrees_.back(); ++d) {
            const double sign = d % 4 < 2 ? 1.0 : -1.0; // i^d = 1, i, -1, -i
            series_[d * count + w] = (d == 0 ? 1.0 : 2.0) * sign * j[d];
        }
    }
    table_.resize(most * row_size);
    for (std::vector<double>* of_wave : {&phase_, &cosine_, &sine_, &even_, &odd_}) {
        of_wave->resize(count);
    }
    of_degree_.resize(most + 1);
}

double* RingPolynomials::polynomial(std::size_t degree) {
    return table_.data() + (degree - 1) * row_size;
}

const double* RingPolynomials::series(std::size_t degree) const {
    return series_.data() + degree * waves_.size();
}

void RingPolynomials::place(const double* u, std::size_t count) {
    const std::size_t rows = of_degree_.size() - 1; // one more than is used: they go in pairs
    std::copy_n(u, count, polynomial(1));
    for (std::size_t d = 2; d <= rows; ++d) {
        if (d == 2) {
            std::vector<double> ones(count, 1.0);
            chebyshev_step(u, ones.data(), u, polynomial(2), count);
        } else {
            chebyshev_step(u, polynomial(d - 2), polynomial(d - 1), polynomial(d), count);
        }
    }
}

void RingPolynomials::turn() {
    sines_cosines(phase_.data(), cosine_.data(), sine_.data(), phase_.size());
}

std::size_t RingPolynomials::degrees_of(std::span<const std::size_t> modes) const {
    std::size_t most = 1;
    for (const std::size_t mode : modes) {
        most = std::max(most, degrees_[place_[mode].wave]);
    }
    return most;
}

void RingPolynomials::project(const double* values, std::span<const std::size_t> modes,
                              double* sums) {
    const std::size_t degrees = degrees_of(modes);
    of_degree_[0] = ordered_sum(values, count_);
    for (std::size_t d = 1; d < degrees; d += 2) {
        const auto [odd, even] = ordered_dots(values, polynomial(d), polynomial(d + 1), count_);
        of_degree_[d] = odd;
        of_degree_[d + 1] = even;
    }
    std::fill(even_.begin(), even_.end(), 0.0);
    std::fill(odd_.begin(), odd_.end(), 0.0);
    for (std::size_t d = 0; d < degrees; ++d) {
        add_scaled((d % 2 == 0 ? even_ : odd_).data(), of_degree_[d], series(d), even_.size());
    }
    // exp(i k x) = exp(i k c) (even + i odd)
    rotate(even_.data(), odd_.data(), cosine_.data(), sine_.data(), even_.size());
    for (std::size_t m = 0; m < modes.size(); ++m) {
        const Place& place = place_[modes[m]];
        sums[m] = place.sine ? odd_[place.wave] : even_[place.wave];
    }
}

void RingPolynomials::add_field(double* values, std::span<const std::size_t> modes,
                                std::span<const double> coefficients) {
    // a cos + b sin = Re[(a - i b) exp(i k c) (even + i odd)]
    std::fill(even_.begin(), even_.end(), 0.0);
    std::fill(odd_.begin(), odd_.end(), 0.0);
    for (std::size_t m = 0; m < modes.size(); ++m) {
        const Place& place = place_[modes[m]];
        (place.sine ? odd_ : even_)[place.wave] += place.sine ? -coefficients[m] : coefficients[m];
    }
    rotate(even_.data(), odd_.data(), cosine_.data(), sine_.data(), even_.size());
    const std::size_t degrees = degrees_of(modes);
    for (std::size_t d = 0; d < degrees; ++d) {
        of_degree_[d] = d % 2 == 0 ? ordered_dot(even_.data(), series(d), even_.size())
                                   : -ordered_dot(odd_.data(), series(d), odd_.size());
    }
    of_degree_[degrees] = 0.0;
    if (degrees == 1) {
        add_constant(values, of_degree_[0], count_);
    }
    double constant = of_degree_[0];
    for (std::size_t d = 1; d < degrees; d += 2) {
        add_two_scaled(values, constant, of_degree_[d], polynomial(d), of_degree_[d + 1],
                       polynomial(d + 1), count_);
        constant = 0.0; // goes with the first two
    }
}

} // namespace equipoise::network
