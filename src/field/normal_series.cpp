#include "equipoise/field/normal_series.hpp"

#include "equipoise/elementary/clones.hpp"
#include "equipoise/util/errors.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <numeric>

namespace equipoise::field {

namespace {

/// Sites worked on side by side, in registers.
constexpr std::size_t lanes = 32;
using Lanes = std::array<double, lanes>;

/// cos(j theta_k), theta_k = pi (k + 1/2)/size, by (k, j): the values of T_j at the zeros of
/// T_size.
const std::vector<double>& cosines(std::size_t size) {
    static std::map<std::size_t, std::vector<double>> known; // of the few sizes that there are
    std::vector<double>& result = known[size];
    if (result.empty()) {
        for (std::size_t k = 0; k < size; ++k) {
            for (std::size_t j = 0; j < size; ++j) {
                // The angle is a multiple of pi/(2 size), and reduced exactly.
                const std::size_t multiple = (j * (2 * k + 1)) % (4 * size);
                result.push_back(std::cos(std::numbers::pi * static_cast<double>(multiple) /
                                          (2.0 * static_cast<double>(size))));
            }
        }
    }
    return result;
}

/// sum += factor * row.
EQUIPOISE_CLONES
void add_row(double factor, const double* __restrict row, double* __restrict sum,
             std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        sum[i] = std::fma(factor, row[i], sum[i]);
    }
}

/// Centre and half the width of what a side of the rectangle stands for.
struct Map {
    double centre, half;
};

// A side of no width would have no scale; one in K stays on the positive side.

Map map_in_v(const Extent& extent) {
    const double centre = 0.5 * (extent.lower + extent.upper);
    return {centre, std::max(0.5 * extent.width(), 1e-3 * (1.0 + std::abs(centre)))};
}

Map map_in_k(const Extent& extent) {
    const double lower = std::sqrt(std::max(extent.lower, 0.0));
    const double upper = std::sqrt(std::max(extent.upper, 0.0));
    const double centre = 0.5 * (lower + upper);
    return {centre, std::max(0.5 * (upper - lower), 1e-6 * centre)};
}

EQUIPOISE_CLONES
void deviations(const double* __restrict k, double* __restrict deviation, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const double positive = k[i] > 0.0 ? k[i] : 0.0;
        deviation[i] = std::sqrt(positive);
    }
}

/// T_0 .. T_(size - 1) at (value - centre) * scale, by (term, lane); one more where size is odd.
EQUIPOISE_CLONES
void polynomials(const double* __restrict value, double centre, double scale, std::size_t size,
                 double* __restrict t) {
    Lanes twice{};
    Lanes even{}; // the last T of even order, which the next one replaces; likewise odd
    Lanes odd{};
    for (std::size_t i = 0; i < lanes; ++i) {
        odd[i] = (value[i] - centre) * scale;
        twice[i] = odd[i] + odd[i];
        even[i] = 1.0;
        t[i] = 1.0;
        t[lanes + i] = odd[i];
    }
    for (std::size_t n = 2; n < size; n += 2) {
        for (std::size_t i = 0; i < lanes; ++i) {
            even[i] = std::fma(twice[i], odd[i], -even[i]);
            t[n * lanes + i] = even[i];
        }
        for (std::size_t i = 0; i < lanes; ++i) {
            odd[i] = std::fma(twice[i], even[i], -odd[i]);
            t[(n + 1) * lanes + i] = odd[i];
        }
    }
}

/// sum_j T_j(y) sum_i c_ij T_i(x) for the lanes; c by (j, i) with rows `stride` apart, of which
/// length[j] terms count, an even number.
EQUIPOISE_CLONES
void add_up(const double* __restrict c, const std::size_t* length, std::size_t rows,
            std::size_t stride, const double* __restrict tx, const double* __restrict ty,
            double* __restrict out) {
    Lanes total{};
    for (std::size_t j = 0; j < rows; ++j) {
        // Even and odd terms apart: twice as many sums in flight.
        Lanes even{};
        Lanes odd{};
        const double* row = c + j * stride;
        for (std::size_t n = 0; n < length[j]; n += 2) {
            for (std::size_t i = 0; i < lanes; ++i) {
                even[i] = std::fma(row[n], tx[n * lanes + i], even[i]);
            }
            for (std::size_t i = 0; i < lanes; ++i) { // a loop of its own stays in registers
                odd[i] = std::fma(row[n + 1], tx[(n + 1) * lanes + i], odd[i]);
            }
        }
        for (std::size_t i = 0; i < lanes; ++i) {
            total[i] = std::fma(even[i] + odd[i], ty[j * lanes + i], total[i]);
        }
    }
    for (std::size_t i = 0; i < lanes; ++i) {
        out[i] = total[i];
    }
}

} // namespace

NormalSeries::Grid NormalSeries::grid(const Rectangle& rectangle,
                                      const std::array<std::size_t, 2>& size) {
    const auto zeros = [](const Map& map, std::size_t count) {
        std::vector<double> result(count);
        for (std::size_t i = 0; i < count; ++i) {
            const double zero = count == 1 ? 0.0 : cosines(count)[i * count + 1];
            result[i] = map.centre + map.half * zero;
        }
        return result;
    };
    const std::vector<double> v = zeros(map_in_v(rectangle.v), size[0]);
    std::vector<double> k{rectangle.k.lower};
    if (size[1] > 1) {
        k = zeros(map_in_k(rectangle.k), size[1]);
        std::transform(k.begin(), k.end(), k.begin(), [](double root) { return root * root; });
    }
    Grid result;
    for (const double variance : k) {
        result.v.insert(result.v.end(), v.begin(), v.end());
        result.k.insert(result.k.end(), v.size(), variance);
    }
    return result;
}

NormalSeries::NormalSeries(const Rectangle& rectangle, const std::array<std::size_t, 2>& size,
                           std::size_t functions, const std::vector<double>& values)
    : rectangle_(rectangle), size_(size), functions_(functions),
      coefficients_(functions * size[0] * size[1]), length_(functions * size[1], size[0]) {
    ensure(size[0] <= most_in_v && size[1] <= most_in_k && size[0] % 2 == 0,
           "a series has an even number of terms in v, and not too many");
    const auto [columns, rows] = size;
    const std::vector<double>& in_v = cosines(columns);
    const std::vector<double>& in_k = cosines(rows);
    const auto scale = [](std::size_t term, std::size_t count) {
        return (term == 0 ? 1.0 : 2.0) / static_cast<double>(count);
    };
    for (std::size_t g = 0; g < functions; ++g) {
        const double* f = values.data() + g * columns * rows;
        double* c = coefficients_.data() + g * columns * rows;
        std::vector<double> half(columns * rows); // (point in K, term in v)
        for (std::size_t q = 0; q < rows; ++q) {
            double* sum = half.data() + q * columns;
            for (std::size_t p = 0; p < columns; ++p) {
                add_row(f[q * columns + p], in_v.data() + p * columns, sum, columns);
            }
            for (std::size_t i = 0; i < columns; ++i) {
                sum[i] *= scale(i, columns);
            }
        }
        for (std::size_t q = 0; q < rows; ++q) {
            for (std::size_t j = 0; j < rows; ++j) {
                add_row(scale(j, rows) * in_k[q * rows + j], half.data() + q * columns,
                        c + j * columns, columns);
            }
        }
    }
}

std::array<double, 2> NormalSeries::tail() const {
    const auto [columns, rows] = size_;
    std::array<double, 2> result{};
    for (std::size_t at = 0; at < coefficients_.size(); ++at) {
        const double size = std::abs(coefficients_[at]);
        const std::size_t j = at / columns % rows;
        if (at % columns + 2 >= columns) {
            result[0] = std::max(result[0], size);
        }
        if (rows > 1 && j + 2 >= rows) {
            result[1] = std::max(result[1], size);
        }
    }
    return result;
}

void NormalSeries::shorten(double error) {
    const auto [columns, rows] = size_;
    const double allowed = error / static_cast<double>(rows);
    for (std::size_t row = 0; row < length_.size(); ++row) {
        const double* c = coefficients_.data() + row * columns;
        double left_out = 0.0;
        std::size_t length = columns;
        while (length > 0 && left_out + std::abs(c[length - 1]) <= allowed) {
            left_out += std::abs(c[--length]);
        }
        length_[row] = length + length % 2; // add_up() takes two at a time
    }
}

std::size_t NormalSeries::terms() const {
    return std::accumulate(length_.begin(), length_.end(), std::size_t{0});
}

void NormalSeries::evaluate(const double* v, const double* k, std::size_t count,
                            const std::array<double*, 3>& out) const {
    const Map in_v = map_in_v(rectangle_.v);
    const Map in_k = map_in_k(rectangle_.k);
    std::size_t columns = 1; // of the functions that are wanted
    std::size_t rows = 1;
    for (std::size_t g = 0; g < functions_; ++g) {
        for (std::size_t j = 0; j < size_[1]; ++j) {
            const std::size_t length = out[g] == nullptr ? 0 : length_[g * size_[1] + j];
            columns = std::max(columns, length);
            rows = length > 0 ? std::max(rows, j + 1) : rows;
        }
    }
    alignas(64) std::array<double, most_in_v * lanes> tx; // NOLINT(*-member-init): filled as far
    alignas(64) std::array<double, most_in_k * lanes> ty; // NOLINT(*-member-init)  as it is read
    alignas(64) Lanes means{};
    alignas(64) Lanes roots{};
    alignas(64) Lanes result{};
    std::fill_n(ty.begin(), lanes, 1.0); // T_0, and all there is where the sites share one K
    for (std::size_t begin = 0; begin < count; begin += lanes) {
        const std::size_t width = std::min(lanes, count - begin);
        std::copy_n(v + begin, width, means.begin());
        polynomials(means.data(), in_v.centre, 1.0 / in_v.half, columns, tx.data());
        if (rows > 1) {
            deviations(k + begin, roots.data(), width);
            polynomials(roots.data(), in_k.centre, 1.0 / in_k.half, rows, ty.data());
        }
        for (std::size_t g = 0; g < functions_; ++g) {
            if (out[g] != nullptr) {
                add_up(coefficients_.data() + g * size_[0] * size_[1],
                       length_.data() + g * size_[1], rows, size_[0], tx.data(), ty.data(),
                       result.data());
                std::copy_n(result.begin(), width, out[g] + begin);
            }
        }
    }
}

} // namespace equipoise::field
