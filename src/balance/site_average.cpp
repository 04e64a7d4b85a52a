#include "equipoise/balance/site_average.hpp"

#include "equipoise/parallel/exact_sum.hpp"
#include "equipoise/util/errors.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace equipoise::balance {

SiteAverage::SiteAverage(const parallel::Communicator& comm, const Lattice& lattice)
    : comm_(comm), local_(lattice.size()), global_(lattice.global()) {
    ensure(global_ <= parallel::FixedPointScale::max_terms, "too many sites for an exact sum");
}

void SiteAverage::compute(std::span<const double> values, std::size_t columns,
                          std::span<const double> weights, std::size_t modes,
                          std::span<double> out) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    constexpr double smallest = 1e-250; // below, a column counts as 0: no scale could hold it
    constexpr double greatest = 1e250;
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
        if (largest_[c] < smallest || largest_[c] == infinity) {
            continue;
        }
        const parallel::FixedPointScale scale(1.001 *
                                              largest_[c]); // weights may exceed 1 by an ulp
        for (std::size_t s = 0; s < local_; ++s) {
            const double value = values[s * columns + c];
            for (std::size_t m = 0; m < modes; ++m) {
                const auto [upper, lower] = scale.split(weights[s * modes + m] * value);
                limbs_[2 * (c * modes + m)] += upper;
                limbs_[2 * (c * modes + m) + 1] += lower;
            }
        }
    }
    comm_.sum(limbs_);
    for (std::size_t c = 0; c < columns; ++c) {
        for (std::size_t m = 0; m < modes; ++m) {
            double& result = out[c * modes + m];
            if (largest_[c] < smallest) {
                result = 0.0;
            } else if (largest_[c] == infinity) {
                result = std::numeric_limits<double>::quiet_NaN();
            } else {
                const std::size_t at = 2 * (c * modes + m);
                const parallel::FixedPointScale scale(1.001 * largest_[c]);
                result = scale.join(limbs_[at], limbs_[at + 1]) / static_cast<double>(global_);
            }
        }
    }
}

} // namespace equipoise::balance
