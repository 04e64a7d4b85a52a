#include "equipoise/balance/mode_transform.hpp"

#include "equipoise/util/errors.hpp"

#include <fftw3.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace equipoise::balance {

namespace {

/// FFTW_NO_SIMD stands among the flags of fftw3.h that its manual leaves out. With vector
/// instructions the plan, hence the last bits, would depend on the processor.
constexpr unsigned flags = FFTW_ESTIMATE | FFTW_NO_SIMD;

std::size_t modulo(std::int64_t k, std::int64_t n) {
    return static_cast<std::size_t>(((k % n) + n) % n);
}

fftw_complex* as_complex(double* numbers) {
    return reinterpret_cast<fftw_complex*>(numbers);
}

} // namespace

void ModeTransform::Release::operator()(void* memory) const noexcept {
    fftw_free(memory);
}

void ModeTransform::DestroyPlan::operator()(Plan* plan) const noexcept {
    fftw_destroy_plan(reinterpret_cast<fftw_plan>(plan));
}

ModeTransform::ModeTransform(const config::SiteCount& counts, const model::Basis& basis)
    : sites_(static_cast<std::size_t>(counts[0] * counts[1])) {
    ensure(counts[0] > 0 && counts[1] > 0 && counts[0] <= std::numeric_limits<int>::max() &&
               counts[1] <= std::numeric_limits<int>::max(),
           "FFTW counts sites in int");
    // The rows' transform is real: on a ring the one direction is a row.
    const bool plane = counts[1] > 1;
    const std::int64_t rows = plane ? counts[0] : 1;
    const std::int64_t length = plane ? counts[1] : counts[0];
    columns_ = static_cast<std::size_t>(length / 2 + 1);
    std::size_t used = 0; // columns that hold a wave of the basis
    for (std::size_t w = 0; w < basis.waves().size(); ++w) {
        const model::WaveVector& wave = basis.waves()[w];
        const std::int64_t down = plane ? wave.k[0] : 0;
        const std::int64_t along = plane ? wave.k[1] : wave.k[0];
        std::size_t column = modulo(along, length);
        const bool conjugate = column >= columns_;
        std::size_t row = modulo(down, rows);
        std::size_t opposite = modulo(-down, rows);
        if (conjugate) {
            column = modulo(-along, length);
            std::swap(row, opposite);
        }
        const bool own_mirror = column == 0 || 2 * static_cast<std::int64_t>(column) == length;
        places_.push_back(
            {row * columns_ + column, opposite * columns_ + column, conjugate, own_mirror});
        cosine_.push_back(basis.cosine_index(w));
        has_sine_.push_back(!wave.is_zero());
        used = std::max(used, column + 1);
    }
    wave_doubles_ = 2 * static_cast<std::size_t>(rows) * columns_;
    values_.reset(fftw_alloc_real(sites_));
    waves_.reset(fftw_alloc_real(wave_doubles_));
    std::fill_n(values_.get(), sites_, 0.0);
    std::fill_n(waves_.get(), wave_doubles_, 0.0);
    const int row_length = static_cast<int>(length);
    const int row_count = static_cast<int>(rows);
    const int stride = static_cast<int>(columns_);
    fftw_complex* waves = as_complex(waves_.get());
    const auto keep = [](fftw_plan plan) {
        ensure(plan != nullptr, "FFTW makes a plan");
        return PlanHandle(reinterpret_cast<Plan*>(plan));
    };
    rows_forward_ = keep(fftw_plan_many_dft_r2c(1, &row_length, row_count, values_.get(), nullptr,
                                                1, row_length, waves, nullptr, 1, stride, flags));
    rows_backward_ =
        keep(fftw_plan_many_dft_c2r(1, &row_length, row_count, waves, nullptr, 1, stride,
                                    values_.get(), nullptr, 1, row_length, flags));
    if (rows > 1 && used > 0) {
        const auto columns = [&](int sign) {
            return keep(fftw_plan_many_dft(1, &row_count, static_cast<int>(used), waves, nullptr,
                                           stride, 1, waves, nullptr, stride, 1, sign, flags));
        };
        columns_forward_ = columns(FFTW_FORWARD);
        columns_backward_ = columns(FFTW_BACKWARD);
    }
}

void ModeTransform::project(std::span<double> sums) {
    const auto run = [](const PlanHandle& plan) {
        if (plan) {
            fftw_execute(reinterpret_cast<fftw_plan>(plan.get()));
        }
    };
    run(rows_forward_);
    run(columns_forward_);
    // sum_s values exp(-i k.x) = (sum with the cosine) - i (sum with the sine)
    for (std::size_t w = 0; w < places_.size(); ++w) {
        const double* wave = waves_.get() + 2 * places_[w].at;
        sums[cosine_[w]] = wave[0];
        if (has_sine_[w]) {
            sums[cosine_[w] + 1] = places_[w].conjugate ? wave[1] : -wave[1];
        }
    }
}

void ModeTransform::evaluate(std::span<const double> coefficients) {
    std::fill_n(waves_.get(), wave_doubles_, 0.0);
    // a cos + b sin = z + conj(z) with z = (a - i b)/2 exp(i k.x). Of the two, the real transform
    // adds the second by itself, but in columns that are their own mirror images.
    for (std::size_t w = 0; w < places_.size(); ++w) {
        const Place& place = places_[w];
        const double a = 0.5 * coefficients[cosine_[w]];
        const double b = has_sine_[w] ? 0.5 * coefficients[cosine_[w] + 1] : 0.0;
        const double imaginary = place.conjugate ? b : -b;
        double* wave = waves_.get() + 2 * place.at;
        wave[0] += a;
        wave[1] += imaginary;
        if (place.is_own_mirror) {
            double* mirror = waves_.get() + 2 * place.mirror;
            mirror[0] += a;
            mirror[1] -= imaginary;
        }
    }
    if (columns_backward_) {
        fftw_execute(reinterpret_cast<fftw_plan>(columns_backward_.get()));
    }
    fftw_execute(reinterpret_cast<fftw_plan>(rows_backward_.get()));
}

std::int64_t smooth_size(std::int64_t least) {
    for (std::int64_t size = std::max<std::int64_t>(least, 1);; ++size) {
        std::int64_t rest = size;
        for (const std::int64_t prime : {2, 3, 5, 7}) {
            while (rest % prime == 0) {
                rest /= prime;
            }
        }
        if (rest == 1) {
            return size;
        }
    }
}

} // namespace equipoise::balance
