#include "equipoise/model/piece_loops.hpp"

#include "equipoise/elementary/clones.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace equipoise::model::piece_loops {

namespace {

/// Four states side by side, as the compiler's own vector (GCC and Clang): as many as a cubic has
/// coefficients, so that a row is one vector before and after rows become columns.
using Lanes = double __attribute__((vector_size(32)));
using Pair = double __attribute__((vector_size(16)));
constexpr std::size_t lanes = 4;

template <class Vector>
[[gnu::always_inline]] inline void load(const double* from, Vector& value) {
    std::memcpy(&value, from, sizeof value);
}

/// The first four doubles of four rows, which begin there: rows become columns.
[[gnu::always_inline]] inline void read_fours(const double* rows, const std::uint64_t (&at)[lanes],
                                              Lanes (&column)[4]) {
    Lanes a[lanes];
    for (std::size_t l = 0; l < lanes; ++l) {
        load(rows + at[l], a[l]);
    }
    const Lanes even01 = __builtin_shufflevector(a[0], a[1], 0, 4, 2, 6);
    const Lanes odd01 = __builtin_shufflevector(a[0], a[1], 1, 5, 3, 7);
    const Lanes even23 = __builtin_shufflevector(a[2], a[3], 0, 4, 2, 6);
    const Lanes odd23 = __builtin_shufflevector(a[2], a[3], 1, 5, 3, 7);
    column[0] = __builtin_shufflevector(even01, even23, 0, 1, 4, 5);
    column[1] = __builtin_shufflevector(odd01, odd23, 0, 1, 4, 5);
    column[2] = __builtin_shufflevector(even01, even23, 2, 3, 6, 7);
    column[3] = __builtin_shufflevector(odd01, odd23, 2, 3, 6, 7);
}

/// The fifth and the sixth.
[[gnu::always_inline]] inline void read_pairs(const double* rows, const std::uint64_t (&at)[lanes],
                                              Lanes& fifth, Lanes& sixth) {
    Pair a[lanes];
    for (std::size_t l = 0; l < lanes; ++l) {
        load(rows + at[l] + 4, a[l]);
    }
    const Lanes even = __builtin_shufflevector(a[0], a[2], 0, 1, 2, 3);
    const Lanes odd = __builtin_shufflevector(a[1], a[3], 0, 1, 2, 3);
    fifth = __builtin_shufflevector(even, odd, 0, 4, 2, 6);
    sixth = __builtin_shufflevector(even, odd, 1, 5, 3, 7);
}

/// Derivatives up to `order` of the polynomials of four states.
template <Layout layout, int order>
[[gnu::always_inline]] inline void evaluate_lanes(const Rows& rows, const double* place,
                                                  const std::uint64_t* at, Lanes (&f)[3]) {
    std::uint64_t row[lanes];
    for (std::size_t l = 0; l < lanes; ++l) {
        row[l] = layout == Layout::joint ? rows.of_cell[at[l]] : at[l];
    }
    Lanes u;
    load(place, u);
    Lanes c[4];
    read_fours(rows.numbers, row, c);
    if constexpr (layout == Layout::quintic) {
        Lanes c4;
        Lanes c5;
        read_pairs(rows.numbers, row, c4, c5);
        f[0] = c[0] + u * (c[1] + u * (c[2] + u * (c[3] + u * (c4 + u * c5))));
        if constexpr (order >= 1) {
            f[1] = c[1] + u * (2.0 * c[2] + u * (3.0 * c[3] + u * (4.0 * c4 + u * (5.0 * c5))));
        }
        if constexpr (order >= 2) {
            f[2] = 2.0 * c[2] + u * (6.0 * c[3] + u * (12.0 * c4 + u * (20.0 * c5)));
        }
        return;
    }
    if constexpr (layout == Layout::joint) {
        Lanes below;
        Lanes above;
        read_pairs(rows.numbers, row, below, above);
        u -= c[3];
        c[3] = u < 0.0 ? below : above;
    }
    f[0] = c[0] + u * (c[1] + u * (c[2] + u * c[3]));
    if constexpr (order >= 1) {
        f[1] = c[1] + u * (2.0 * c[2] + u * (3.0 * c[3]));
    }
    if constexpr (order >= 2) {
        f[2] = 2.0 * c[2] + u * (6.0 * c[3]);
    }
}

template <Layout layout, int order>
[[gnu::always_inline]] inline void evaluate_strip(const Rows& of_caller, const Found& found,
                                                  std::size_t count, double* const (&to)[3]) {
    const Rows rows = of_caller; // in registers
    const auto four = [&](std::size_t i, std::size_t wanted) {
        Lanes f[3];
        evaluate_lanes<layout, order>(rows, found.place.data() + i, found.at.data() + i, f);
        for (int k = 0; k <= order; ++k) {
            std::memcpy(to[k] + i, &f[k], wanted * sizeof(double));
        }
    };
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        four(i, lanes);
    }
    if (i < count) {
        four(i, count - i);
    }
}

template <Layout layout>
[[gnu::always_inline]] inline void evaluate_orders(const Rows& rows, const Found& found,
                                                   std::size_t count, double* const (&to)[3]) {
    if (to[2] != nullptr) {
        evaluate_strip<layout, 2>(rows, found, count, to);
    } else if (to[1] != nullptr) {
        evaluate_strip<layout, 1>(rows, found, count, to);
    } else {
        evaluate_strip<layout, 0>(rows, found, count, to);
    }
}

[[gnu::always_inline]] inline std::uint64_t low_bits(double shifted) {
    return std::bit_cast<std::uint64_t>(shifted) & 0xFFFFFFFFU;
}

EQUIPOISE_CLONES
void find_rows(const Grid& of_caller, unsigned shift, const double* __restrict z, std::size_t count,
               double* __restrict place, std::uint64_t* __restrict at) {
    const Grid grid = of_caller; // in registers
    for (std::size_t i = 0; i < count; ++i) {
        const double x = grid.clamp(z[i]);
        const double shifted = grid.shifted_cell(x);
        place[i] = x - grid.edge_of_shifted(shifted);
        at[i] = low_bits(shifted) << shift;
    }
}

EQUIPOISE_CLONES
void find_cells(const Grid& of_caller, const double* __restrict z, std::size_t count,
                double* __restrict place, std::uint64_t* __restrict at) {
    const Grid grid = of_caller;
    for (std::size_t i = 0; i < count; ++i) {
        const double x = grid.clamp(z[i]);
        place[i] = x;
        at[i] = low_bits(grid.shifted_cell(x));
    }
}

} // namespace

void find(const Grid& grid, Layout layout, const double* z, std::size_t count, Found& found) {
    if (layout == Layout::joint) {
        find_cells(grid, z, count, found.place.data(), found.at.data());
    } else {
        const auto shift = static_cast<unsigned>(std::countr_zero(doubles_in_row(layout)));
        find_rows(grid, shift, z, count, found.place.data(), found.at.data());
    }
    // Four states are always evaluated: after the last one stands the last again.
    for (std::size_t i = count; i % lanes != 0; ++i) {
        found.place[i] = found.place[count - 1];
        found.at[i] = found.at[count - 1];
    }
}

EQUIPOISE_CLONES
void evaluate(const Rows& rows, const Found& found, std::size_t count, double* f, double* f1,
              double* f2) {
    double* const to[3] = {f, f1, f2};
    switch (rows.layout) {
    case Layout::cubic:
        evaluate_orders<Layout::cubic>(rows, found, count, to);
        break;
    case Layout::quintic:
        evaluate_orders<Layout::quintic>(rows, found, count, to);
        break;
    case Layout::joint:
        evaluate_orders<Layout::joint>(rows, found, count, to);
        break;
    }
}

} // namespace equipoise::model::piece_loops
