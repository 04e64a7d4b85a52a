#include "equipoise/domain/curve.hpp"

#include "equipoise/util/errors.hpp"

#include <cstdlib>

namespace equipoise::domain {

namespace {

struct Vector {
    std::int64_t x = 0, y = 0;

    friend Vector operator+(Vector a, Vector b) { return {a.x + b.x, a.y + b.y}; }
    friend Vector operator-(Vector a, Vector b) { return {a.x - b.x, a.y - b.y}; }
    friend Vector operator-(Vector a) { return {-a.x, -a.y}; }
    friend Vector operator*(std::int64_t s, Vector a) { return {s * a.x, s * a.y}; }
    [[nodiscard]] std::int64_t length() const { return std::abs(x + y); } // along one axis only
    [[nodiscard]] Vector half() const { return {x / 2, y / 2}; }
    [[nodiscard]] Vector unit() const { return {(x > 0) - (x < 0), (y > 0) - (y < 0)}; }
};

/// The part of the curve that starts at `corner`, runs along `major` and ends at its far end,
/// filling the rectangle spanned by `major` and `minor`.
struct Part {
    Vector corner, major, minor;

    [[nodiscard]] std::int64_t cells() const { return major.length() * minor.length(); }
};

/// A half with an odd length would end on the wrong side: make it even where that is possible.
Vector even_half(Vector whole) {
    Vector half = whole.half();
    if (half.length() % 2 != 0 && whole.length() > 2) {
        half = half + whole.unit();
    }
    return half;
}

} // namespace

std::array<std::int64_t, 2> curve_cell(std::int64_t index, std::int64_t width,
                                       std::int64_t height) {
    ensure(index >= 0 && width > 0 && height > 0 && index < width * height,
           "the index of a cell lies on the curve");
    Part part = width >= height ? Part{{0, 0}, {width, 0}, {0, height}}
                                : Part{{0, 0}, {0, height}, {width, 0}};
    for (;;) {
        const Vector corner = part.corner;
        const Vector major = part.major;
        const Vector minor = part.minor;
        if (minor.length() == 1 || major.length() == 1) {
            const Vector cell =
                corner + index * (minor.length() == 1 ? major.unit() : minor.unit());
            return {cell.x, cell.y};
        }
        std::array<Part, 3> pieces{};
        std::size_t count = 0;
        if (2 * major.length() > 3 * minor.length()) { // long: two pieces one after the other
            const Vector half = even_half(major);
            pieces[count++] = {corner, half, minor};
            pieces[count++] = {corner + half, major - half, minor};
        } else { // up, across, down
            const Vector half = major.half();
            const Vector up = even_half(minor);
            pieces[count++] = {corner, up, half};
            pieces[count++] = {corner + up, major, minor - up};
            pieces[count++] = {corner + (major - major.unit()) + (up - minor.unit()), -up,
                               -(major - half)};
        }
        std::size_t piece = 0;
        while (piece + 1 < count && index >= pieces[piece].cells()) {
            index -= pieces[piece].cells();
            ++piece;
        }
        part = pieces[piece];
    }
}

} // namespace equipoise::domain
