#include "equipoise/balance/site_average.hpp"

#include "equipoise/elementary/clones.hpp"
#include "equipoise/parallel/exact_sum.hpp"
#include "equipoise/util/errors.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

namespace equipoise::balance {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double smallest = 1e-250; // below, a column counts as 0: no scale could hold it
constexpr double greatest = 1e250;

/// Partial sums that are added side by side, in an order that is the same on every machine.
constexpr std::size_t lanes = 32;

/// The largest |value|; infinity where one is not finite or hopelessly large.
EQUIPOISE_CLONES
double largest_size(const double* values, std::size_t count) {
    std::array<double, lanes> largest{};
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        for (std::size_t j = 0; j < lanes; ++j) {
            const double size =
                std::abs(values[i + j]) <= greatest ? std::abs(values[i + j]) : infinity;
            largest[j] = largest[j] > size ? largest[j] : size;
        }
    }
    for (; i < count; ++i) {
        const double size = std::abs(values[i]) <= greatest ? std::abs(values[i]) : infinity;
        largest[0] = largest[0] > size ? largest[0] : size;
    }
    return *std::max_element(largest.begin(), largest.end());
}

/// sums[(block * columns + c) * modes + m]: of weights[m][first + i] * values[c * stride + i] over
/// runs of `block` of the `count` entries i, the last of which may be shorter.
EQUIPOISE_CLONES
void sum_blocks(const double* const* weights, std::size_t modes, std::size_t first,
                const double* values, std::size_t columns, std::size_t stride, std::size_t count,
                std::size_t block, double* sums) {
    for (std::size_t begin = 0; begin < count; begin += block) {
        const std::size_t size = begin + block < count ? block : count - begin;
        const std::size_t whole = size - size % lanes;
        // Within a block everything stays in the first cache.
        for (std::size_t c = 0; c < columns; ++c) {
            const double* value = values + c * stride + begin;
            for (std::size_t m = 0; m < modes; ++m) {
                const double* weight = weights[m] + first + begin;
                std::array<double, lanes> sum{};
                for (std::size_t i = 0; i < whole; i += lanes) {
                    for (std::size_t j = 0; j < lanes; ++j) {
                        sum[j] = std::fma(weight[i + j], value[i + j], sum[j]);
                    }
                }
                double rest = 0.0;
                for (std::size_t i = whole; i < size; ++i) {
                    rest = std::fma(weight[i], value[i], rest);
                }
                for (std::size_t j = 0; j < 8; ++j) {
                    sum[j] = (sum[j] + sum[j + 8]) + (sum[j + 16] + sum[j + 24]);
                }
                *sums++ = (((sum[0] + sum[4]) + (sum[1] + sum[5])) +
                           ((sum[2] + sum[6]) + (sum[3] + sum[7]))) +
                          rest;
            }
        }
    }
}

} // namespace

SiteAverage::SiteAverage(const parallel::Communicator& comm, const Lattice& lattice,
                         std::int64_t block)
    : comm_(comm), local_(lattice.size()), global_(lattice.global()), block_(block) {
    ensure(global_ <= parallel::FixedPointScale::max_terms, "too many sites for an exact sum");
    ensure(lattice.first() % block == 0, "a rank's sites begin with a block");
}

std::int64_t SiteAverage::block_size(std::int64_t sites) {
    const auto most = static_cast<std::uint64_t>(std::clamp<std::int64_t>(sites / 64, 1, 256));
    return static_cast<std::int64_t>(std::bit_floor(most));
}

bool SiteAverage::counts(std::size_t column) const {
    return largest_[column] >= smallest && largest_[column] != infinity;
}

double SiteAverage::bound(std::size_t column, std::int64_t terms) const {
    return 1.001 * static_cast<double>(terms) * largest_[column]; // weights may exceed 1 by an ulp
}

void SiteAverage::compute(std::span<const double> values, std::size_t columns,
                          std::span<const double> weights, std::size_t modes,
                          std::span<double> out) {
    largest_.assign(columns, 0.0);
    for (std::size_t s = 0; s < local_; ++s) {
        for (std::size_t c = 0; c < columns; ++c) {
            const double size = std::abs(values[s * columns + c]);
            largest_[c] = size <= greatest ? std::max(largest_[c], size) : infinity;
        }
    }
    comm_.max(largest_);
    limbs_.assign(2 * columns * modes, 0);
    for (std::size_t c = 0; c < columns; ++c) {
        if (!counts(c)) {
            continue;
        }
        const parallel::FixedPointScale scale(bound(c, 1));
        for (std::size_t s = 0; s < local_; ++s) {
            const double value = values[s * columns + c];
            for (std::size_t m = 0; m < modes; ++m) {
                const auto [upper, lower] = scale.split(weights[s * modes + m] * value);
                limbs_[2 * (c * modes + m)] += upper;
                limbs_[2 * (c * modes + m) + 1] += lower;
            }
        }
    }
    join(columns, modes, 1, out);
}

SiteAverage::Rows SiteAverage::begin(std::size_t columns,
                                     std::vector<const double*> weights) const {
    const auto block = static_cast<std::size_t>(block_);
    const std::size_t blocks = (local_ + block - 1) / block;
    Rows rows{columns, std::move(weights), std::vector<double>(columns), {}};
    rows.of_blocks.resize(blocks * columns * rows.weights.size());
    return rows;
}

void SiteAverage::add(Rows& rows, std::size_t first, std::size_t count, const double* values,
                      std::size_t stride) const {
    const auto block = static_cast<std::size_t>(block_);
    for (std::size_t c = 0; c < rows.columns; ++c) {
        rows.largest[c] = std::max(rows.largest[c], largest_size(values + c * stride, count));
    }
    sum_blocks(rows.weights.data(), rows.weights.size(), first, values, rows.columns, stride, count,
               block, rows.of_blocks.data() + first / block * rows.columns * rows.weights.size());
}

void SiteAverage::finish(const Rows& rows, std::span<double> out) {
    const std::size_t columns = rows.columns;
    const std::size_t modes = rows.weights.size();
    largest_ = rows.largest;
    comm_.max(largest_);
    limbs_.assign(2 * columns * modes, 0);
    for (std::size_t c = 0; c < columns; ++c) {
        if (!counts(c)) {
            continue;
        }
        const parallel::FixedPointScale scale(bound(c, block_));
        std::int64_t* limbs = limbs_.data() + 2 * c * modes;
        for (std::size_t at = c * modes; at < rows.of_blocks.size(); at += columns * modes) {
            for (std::size_t m = 0; m < modes; ++m) {
                const auto [upper, lower] = scale.split(rows.of_blocks[at + m]);
                limbs[2 * m] += upper;
                limbs[2 * m + 1] += lower;
            }
        }
    }
    join(columns, modes, block_, out);
}

void SiteAverage::join(std::size_t columns, std::size_t modes, std::int64_t terms,
                       std::span<double> out) {
    comm_.sum(limbs_);
    for (std::size_t c = 0; c < columns; ++c) {
        for (std::size_t m = 0; m < modes; ++m) {
            double& result = out[c * modes + m];
            if (counts(c)) {
                const std::size_t at = 2 * (c * modes + m);
                const parallel::FixedPointScale scale(bound(c, terms));
                result = scale.join(limbs_[at], limbs_[at + 1]) / static_cast<double>(global_);
            } else {
                result = largest_[c] < smallest ? 0.0 : std::numeric_limits<double>::quiet_NaN();
            }
        }
    }
}

} // namespace equipoise::balance
