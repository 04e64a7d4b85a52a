#pragma once

#include <cstddef>

namespace equipoise::kinetic {

/// Equal finite-volume cells in the fluctuation y about the mean. A density is held by its values
/// at the centres: the midpoint rule over cells is then exact up to terms that vanish faster than
/// any power of the width, for a smooth density that vanishes at the ends.
struct Grid {
    double lower = 0.0;
    double upper = 0.0;
    std::size_t cells = 0;

    [[nodiscard]] double width() const { return (upper - lower) / static_cast<double>(cells); }
    [[nodiscard]] double centre(std::size_t k) const {
        return lower + (static_cast<double>(k) + 0.5) * width();
    }
    /// The face between cells k and k + 1.
    [[nodiscard]] double face(std::size_t k) const {
        return lower + (static_cast<double>(k) + 1.0) * width();
    }
};

} // namespace equipoise::kinetic
