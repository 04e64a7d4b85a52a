#include "equipoise/kinetic/lane_loops.hpp"

#include "equipoise/elementary/clones.hpp"
#include "equipoise/kinetic/lane_vector.hpp"

#include <algorithm>

namespace equipoise::kinetic::lane_loops {

namespace {

constexpr std::size_t eight = LineGroup::most_lanes;
static_assert(eight == 8, "transpose() is written for eight lanes");

template <class Vector>
[[gnu::always_inline]] inline void flow_of(const double* up, const double* down, const double* p,
                                           std::size_t cells, double* to) {
    constexpr std::size_t lanes = lanes_of<Vector>;
    Vector below{}; // flux through the lower face
    Vector leaving_up;
    Vector leaving_down;
    Vector density;
    Vector next;
    load(p, density);
    for (std::size_t k = 0; k + 1 < cells; ++k) {
        load(up + k * lanes, leaving_up);
        load(down + (k + 1) * lanes, leaving_down);
        load(p + (k + 1) * lanes, next);
        const Vector flux = leaving_up * density - leaving_down * next;
        store(Vector(below - flux), to + k * lanes);
        below = flux;
        density = next;
    }
    store(below, to + (cells - 1) * lanes);
}

template <class Vector>
[[gnu::always_inline]] inline void weighted_sums_of(const double* weight, const double* x,
                                                    std::size_t cells, double* sums) {
    Vector sum{};
    Vector value;
    for (std::size_t k = 0; k < cells; ++k) {
        load(x + k * lanes_of<Vector>, value);
        sum += value * weight[k];
    }
    store(sum, sums);
}

template <class Vector>
[[gnu::always_inline]] inline void products_of(const double* a, const double* x, std::size_t cells,
                                               double* sums) {
    constexpr std::size_t lanes = lanes_of<Vector>;
    Vector sum{};
    Vector factor;
    Vector value;
    for (std::size_t k = 0; k < cells; ++k) {
        load(a + k * lanes, factor);
        load(x + k * lanes, value);
        sum += factor * value;
    }
    store(sum, sums);
}

template <class Vector>
[[gnu::always_inline]] inline void two_products_of(const double* a, const double* b,
                                                   const double* x, std::size_t cells,
                                                   double* sums_a, double* sums_b) {
    constexpr std::size_t lanes = lanes_of<Vector>;
    Vector sum_a{};
    Vector sum_b{};
    Vector value_a;
    Vector value_b;
    Vector value;
    for (std::size_t k = 0; k < cells; ++k) {
        load(a + k * lanes, value_a);
        load(b + k * lanes, value_b);
        load(x + k * lanes, value);
        sum_a += value_a * value;
        sum_b += value_b * value;
    }
    store(sum_a, sums_a);
    store(sum_b, sums_b);
}

template <class Vector>
[[gnu::always_inline]] inline void add_multiples_of(const double* a, const double* by_a,
                                                    const double* b, const double* by_b,
                                                    std::size_t cells, double* x) {
    constexpr std::size_t lanes = lanes_of<Vector>;
    Vector factor_a;
    Vector factor_b;
    load(by_a, factor_a);
    load(by_b, factor_b);
    Vector value_a;
    Vector value_b;
    Vector value;
    for (std::size_t i = 0; i < cells * lanes; i += lanes) {
        load(a + i, value_a);
        load(b + i, value_b);
        load(x + i, value);
        store(Vector(value + (value_a * factor_a + value_b * factor_b)), x + i);
    }
}

} // namespace

EQUIPOISE_CLONES
void gather(const double* const* lines, std::size_t cells, std::size_t lanes, double* to) {
    if (lanes == 1) {
        std::copy_n(lines[0], cells, to);
        return;
    }
    LaneVector rows[eight];
    std::size_t k = 0;
    for (; k + eight <= cells; k += eight) {
        for (std::size_t lane = 0; lane < eight; ++lane) {
            load(lines[lane] + k, rows[lane]);
        }
        transpose(rows);
        for (std::size_t i = 0; i < eight; ++i) {
            store(rows[i], to + (k + i) * eight);
        }
    }
    for (; k < cells; ++k) {
        for (std::size_t lane = 0; lane < eight; ++lane) {
            to[k * eight + lane] = lines[lane][k];
        }
    }
}

EQUIPOISE_CLONES
void scatter(const double* from, std::size_t cells, std::size_t lanes, double* const* lines) {
    if (lanes == 1) {
        std::copy_n(from, cells, lines[0]);
        return;
    }
    LaneVector rows[eight];
    std::size_t k = 0;
    for (; k + eight <= cells; k += eight) {
        for (std::size_t i = 0; i < eight; ++i) {
            load(from + (k + i) * eight, rows[i]);
        }
        transpose(rows);
        for (std::size_t lane = 0; lane < eight; ++lane) {
            store(rows[lane], lines[lane] + k);
        }
    }
    for (; k < cells; ++k) {
        for (std::size_t lane = 0; lane < eight; ++lane) {
            lines[lane][k] = from[k * eight + lane];
        }
    }
}

EQUIPOISE_CLONES
void shift(const double* base, const double* offset, double lower, double upper, std::size_t cells,
           std::size_t lanes, double* __restrict to) {
    if (lanes == 1) {
        const double from = base[0];
        for (std::size_t k = 0; k < cells; ++k) {
            to[k] = std::min(std::max(from + offset[k], lower), upper);
        }
        return;
    }
    // Written out: the compiler would make rows of cells out of the lanes and turn them round.
    const LaneVector least = LaneVector{} + lower;
    const LaneVector most = LaneVector{} + upper;
    LaneVector from;
    load(base, from);
    for (std::size_t k = 0; k < cells; ++k) {
        LaneVector value = from + offset[k];
        value = value < least ? least : value;
        value = most < value ? most : value;
        store(value, to + k * eight);
    }
}

EQUIPOISE_CLONES
void flow(const double* up, const double* down, const double* p, std::size_t cells,
          std::size_t lanes, double* to) {
    if (lanes == 1) {
        flow_of<double>(up, down, p, cells, to);
    } else {
        flow_of<LaneVector>(up, down, p, cells, to);
    }
}

EQUIPOISE_CLONES
void weighted_sums(const double* weight, const double* x, std::size_t cells, std::size_t lanes,
                   double* sums) {
    if (lanes == 1) {
        weighted_sums_of<double>(weight, x, cells, sums);
    } else {
        weighted_sums_of<LaneVector>(weight, x, cells, sums);
    }
}

EQUIPOISE_CLONES
void products(const double* a, const double* x, std::size_t cells, std::size_t lanes,
              double* sums) {
    if (lanes == 1) {
        products_of<double>(a, x, cells, sums);
    } else {
        products_of<LaneVector>(a, x, cells, sums);
    }
}

EQUIPOISE_CLONES
void two_products(const double* a, const double* b, const double* x, std::size_t cells,
                  std::size_t lanes, double* sums_a, double* sums_b) {
    if (lanes == 1) {
        two_products_of<double>(a, b, x, cells, sums_a, sums_b);
    } else {
        two_products_of<LaneVector>(a, b, x, cells, sums_a, sums_b);
    }
}

EQUIPOISE_CLONES
void add_multiples(const double* a, const double* by_a, const double* b, const double* by_b,
                   std::size_t cells, std::size_t lanes, double* x) {
    if (lanes == 1) {
        add_multiples_of<double>(a, by_a, b, by_b, cells, x);
    } else {
        add_multiples_of<LaneVector>(a, by_a, b, by_b, cells, x);
    }
}

EQUIPOISE_CLONES
bool any_negative(const double* values, std::size_t count) {
    constexpr std::size_t block = 256; // an early end within it would keep it from vectorising
    for (std::size_t begin = 0; begin < count; begin += block) {
        const std::size_t end = std::min(begin + block, count);
        std::size_t negative = 0;
        for (std::size_t i = begin; i < end; ++i) {
            negative += values[i] < 0.0 ? 1U : 0U;
        }
        if (negative > 0) {
            return true;
        }
    }
    return false;
}

} // namespace equipoise::kinetic::lane_loops
