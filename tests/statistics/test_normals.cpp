#include "equipoise/random/stream.hpp"

#include <catch2/catch.hpp>

#include "statistics/z_score.hpp"
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

// Protects that the noise is normal and independent, as the network's solver draws it: block by
// block in every step, for every choice of network.normals. 10^7 draws by ctest; 10^9 by
//     BUILD/tests/test_normals "[long]"
// (a minute of processor time). Moments up to the eighth, the distribution in 1000 bins, tails, and
// correlations with the draws of every other place. All tests are two-sided at five standard errors
// or the like; with about a hundred of them in each form a right generator fails for 6e-5 of all
// seeds, and seeds are fixed.

namespace {

using namespace equipoise::random;

constexpr std::uint64_t blocks = 99;
constexpr std::size_t row_length = blocks * block_size;
constexpr std::uint64_t short_steps = 100;  ///< 1.01e7 draws
constexpr std::uint64_t long_steps = 10000; ///< 1.01e9 draws
constexpr Stream base{20240607, Purpose::dynamics, 0};
using Row = std::vector<double>;

/// What network.normals can be.
struct Kind {
    const char* name;
    decltype(&normals) draw;
    double largest; ///< |draw|
    /// Blocks from here on have counters whose first word has wrapped.
    std::uint64_t far_block;

    /// A step's draws for all neurons of a stream.
    void fill(Row& row, const Stream& stream, std::uint64_t step,
              std::uint64_t first_block = 0) const {
        for (std::uint64_t block = 0; block < blocks; ++block) {
            draw(stream, first_block + block, step,
                 std::span<double, block_size>(row.data() + block * block_size, block_size));
        }
    }
};

constexpr std::array kinds{Kind{"double", normals, 8.58, std::uint64_t{1} << 23U},
                           Kind{"single", single_normals, 6.67, std::uint64_t{1} << 24U}};

double beyond(double limit) {
    return 0.5 * std::erfc(limit / std::sqrt(2.0));
}

/// A count against its expectation: rare ones are Poisson's, and fail for 3e-7 on either side.
void check_count(const std::string& what, double count, double expected) {
    if (expected > 1000.0) {
        check_within_five_errors(what, count, expected, std::sqrt(expected));
        return;
    }
    double below = 0.0; // probability of fewer
    double term = std::exp(-expected);
    for (double k = 0.0; k < count; ++k) {
        below += term;
        term *= expected / (k + 1.0);
    }
    INFO(what << ": " << count << ", expected " << expected);
    CHECK(1.0 - below > 3e-7);  // so many or more
    CHECK(below + term > 3e-7); // so many or fewer
}

/// Moments, bins and tails of the draws added.
class Distribution {
  public:
    void add(const Row& row) {
        std::array<double, 9> sums{};
        for (const double x : row) {
            double power = 1.0;
            for (double& sum : sums) {
                sum += power;
                power *= x;
            }
            const double u = 0.5 * std::erfc(-x / std::sqrt(2.0));
            ++counts_[std::min(bins - 1, static_cast<std::size_t>(u * bins))];
            if (std::abs(x) > limits[0]) {
                for (std::size_t i = 0; i < limits.size(); ++i) {
                    tails_[i][x > 0.0 ? 1 : 0] += std::abs(x) > limits[i] ? 1.0 : 0.0;
                }
                largest_ = std::max(largest_, std::abs(x));
            }
        }
        for (std::size_t k = 0; k < sums.size(); ++k) {
            sums_[k] += sums[k];
        }
    }

    void check(const Kind& kind) const {
        const double n = sums_[0];
        REQUIRE(n > 1e7);
        // E[x^k] = (k - 1)!! for even k; Var[x^k] = E[x^2k] - E[x^k]^2.
        constexpr std::array<double, 17> moment{1, 0,   1, 0,     3, 0,      15, 0,      105,
                                                0, 945, 0, 10395, 0, 135135, 0,  2027025};
        for (std::size_t k = 1; k < sums_.size(); ++k) {
            check_within_five_errors("moment " + std::to_string(k), sums_[k] / n, moment[k],
                                     std::sqrt((moment[2 * k] - moment[k] * moment[k]) / n));
        }
        double chi_squared = 0.0;
        for (const std::int64_t count : counts_) {
            const double off = static_cast<double>(count) - n / bins;
            chi_squared += off * off / (n / bins);
        }
        // Its cube root is nearly normal (Wilson, Hilferty).
        constexpr double freedom = bins - 1;
        check_within_five_errors("chi-squared of 1000 bins, cube root",
                                 std::cbrt(chi_squared / freedom), 1.0 - 2.0 / (9.0 * freedom),
                                 std::sqrt(2.0 / (9.0 * freedom)));
        for (std::size_t i = 0; i < limits.size(); ++i) {
            for (const std::size_t side : {0U, 1U}) {
                check_count((side == 0 ? "below -" : "above ") + std::to_string(limits[i]),
                            tails_[i][side], n * beyond(limits[i]));
            }
        }
        CHECK(largest_ < kind.largest);
        CHECK(largest_ > 4.5); // in 10^7 draws smaller: 2e-30
    }

  private:
    static constexpr std::size_t bins = 1000; ///< equally probable
    static constexpr std::array limits{3.0, 4.0, 5.0, 6.0};

    std::array<double, 9> sums_{};
    std::array<std::int64_t, bins> counts_{};
    std::array<std::array<double, 2>, limits.size()> tails_{};
    double largest_ = 0.0;
};

/// Correlations of x and y, of their squares, and of x^2 with y: for independent normals the sums
/// have the variances n, 4 n and 2 n.
class Pairs {
  public:
    void add(const double* x, const double* y, std::size_t count) {
        double linear = 0.0;
        double squares = 0.0;
        double mixed = 0.0;
        for (std::size_t i = 0; i < count; ++i) {
            const double square = x[i] * x[i] - 1.0;
            linear += x[i] * y[i];
            squares += square * (y[i] * y[i] - 1.0);
            mixed += square * y[i];
        }
        linear_ += linear;
        squares_ += squares;
        mixed_ += mixed;
        n_ += static_cast<double>(count);
    }

    void check(const std::string& what) const {
        check_within_five_errors(what + ", x y", linear_ / n_, 0.0, std::sqrt(1.0 / n_));
        check_within_five_errors(what + ", (x^2 - 1)(y^2 - 1)", squares_ / n_, 0.0,
                                 std::sqrt(4.0 / n_));
        check_within_five_errors(what + ", (x^2 - 1) y", mixed_ / n_, 0.0, std::sqrt(2.0 / n_));
    }

  private:
    double linear_ = 0.0, squares_ = 0.0, mixed_ = 0.0, n_ = 0.0;
};

void check_distribution(std::uint64_t steps) {
    for (const Kind& kind : kinds) {
        CAPTURE(kind.name);
        Distribution distribution;
        Row row(row_length);
        for (std::uint64_t step = 0; step < steps; ++step) {
            kind.fill(row, base, step);
            distribution.add(row);
        }
        distribution.check(kind);
    }
}

/// Each draw with that of another neuron in the same step.
void check_neurons(std::uint64_t steps) {
    struct Lag {
        std::size_t neurons;
        const char* what;
        Pairs pairs{};
    };
    for (const Kind& kind : kinds) {
        CAPTURE(kind.name);
        std::array lags{Lag{1, "neighbours"},
                        Lag{block_size / 2, "the two of one Box-Muller pair, and their like"},
                        Lag{block_size / 2 + 1, "one pair's cosine, the next one's sine"},
                        Lag{block_size, "the same place in the next block"}};
        Row row(row_length);
        for (std::uint64_t step = 0; step < steps; ++step) {
            kind.fill(row, base, step);
            for (Lag& lag : lags) {
                lag.pairs.add(row.data(), row.data() + lag.neurons, row_length - lag.neurons);
            }
        }
        for (const Lag& lag : lags) {
            lag.pairs.check(lag.what);
        }
    }
}

/// Each draw with that of the same neuron elsewhere.
void check_places(std::uint64_t steps) {
    struct Place {
        const char* what;
        Stream stream;
        std::uint64_t later, block;
        Pairs pairs{};
    };
    for (const Kind& kind : kinds) {
        CAPTURE(kind.name);
        const Stream initial{base.seed, Purpose::initial_state, base.population};
        const Stream other_population{base.seed, base.purpose, 1};
        const Stream next_seed{base.seed + 1, base.purpose, base.population};
        std::array places{Place{"the next step", base, 1, 0},
                          Place{"after 2^32 steps", base, std::uint64_t{1} << 32U, 0},
                          Place{"initial state", initial, 0, 0},
                          Place{"another population", other_population, 0, 0},
                          Place{"the next seed", next_seed, 0, 0},
                          Place{"far blocks", base, 0, kind.far_block}};
        Row row(row_length);
        Row other(row_length);
        for (std::uint64_t step = 0; step < steps; ++step) {
            kind.fill(row, base, step);
            for (Place& place : places) {
                kind.fill(other, place.stream, step + place.later, place.block);
                place.pairs.add(row.data(), other.data(), row_length);
            }
        }
        for (const Place& place : places) {
            place.pairs.check(place.what);
        }
    }
}

} // namespace

TEST_CASE("10^7 normals: moments, distribution, tails") {
    check_distribution(short_steps);
}

TEST_CASE("10^7 normals: no correlation between neurons") {
    check_neurons(short_steps);
}

TEST_CASE("10^7 normals: no correlation between steps, purposes, populations, seeds, far blocks") {
    check_places(short_steps);
}

TEST_CASE("10^9 normals: moments, distribution, tails", "[.][long]") {
    check_distribution(long_steps);
}

TEST_CASE("10^9 normals: no correlation between neurons", "[.][long]") {
    check_neurons(long_steps);
}

TEST_CASE("10^9 normals: no correlation between steps, purposes, populations, seeds, far blocks",
          "[.][long]") {
    check_places(long_steps);
}
