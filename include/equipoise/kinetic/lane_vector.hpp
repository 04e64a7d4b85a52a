#pragma once

#include "equipoise/kinetic/line_groups.hpp"

#include <cstddef>
#include <cstring>

/// One value for each lane, as the compiler's own vector (GCC and Clang): arithmetic on it needs no
/// loop, and it stays in a register where the processor has one as wide. A single lane is a double.
namespace equipoise::kinetic {

using LaneVector = double __attribute__((vector_size(LineGroup::most_lanes * sizeof(double))));

template <class Vector>
inline constexpr std::size_t lanes_of = sizeof(Vector) / sizeof(double);

template <class Vector>
[[gnu::always_inline]] inline void load(const double* from, Vector& value) {
    std::memcpy(&value, from, sizeof value);
}

template <class Vector>
[[gnu::always_inline]] inline void store(const Vector& value, double* to) {
    std::memcpy(to, &value, sizeof value);
}

/// Rows become columns.
[[gnu::always_inline]] inline void transpose(LaneVector (&rows)[8]) {
    LaneVector pairs[8];
    LaneVector fours[8];
    for (std::size_t i = 0; i < 8; i += 2) {
        pairs[i] = __builtin_shufflevector(rows[i], rows[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
        pairs[i + 1] = __builtin_shufflevector(rows[i], rows[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
    for (std::size_t i = 0; i < 8; i += 4) {
        for (std::size_t odd = 0; odd < 2; ++odd) {
            fours[i + odd] = __builtin_shufflevector(pairs[i + odd], pairs[i + 2 + odd], 0, 1, 8, 9,
                                                     4, 5, 12, 13);
            fours[i + 2 + odd] = __builtin_shufflevector(pairs[i + odd], pairs[i + 2 + odd], 2, 3,
                                                         10, 11, 6, 7, 14, 15);
        }
    }
    for (std::size_t i = 0; i < 4; ++i) {
        rows[i] = __builtin_shufflevector(fours[i], fours[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        rows[i + 4] = __builtin_shufflevector(fours[i], fours[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

} // namespace equipoise::kinetic
