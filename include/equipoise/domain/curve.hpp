#pragma once

#include <array>
#include <cstdint>

namespace equipoise::domain {

/// Cell number `index` along a space-filling curve through a width x height grid of cells:
/// the generalised Hilbert curve (Cerveny's construction), which visits every cell once, is defined
/// for any width and height, and keeps cells that are near along the curve near in the plane.
/// O(log) work, no table. 0 <= index < width * height < 2^62.
std::array<std::int64_t, 2> curve_cell(std::int64_t index, std::int64_t width, std::int64_t height);

} // namespace equipoise::domain
