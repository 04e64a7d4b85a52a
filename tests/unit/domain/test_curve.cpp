#include "equipoise/domain/curve.hpp"
#include "equipoise/util/errors.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <vector>

// Protects the numbering of the torus' sites: every cell once, and neighbours in number are
// neighbours in the plane, so that a rank's run of sites is a compact piece.

namespace {

using equipoise::domain::curve_cell;
using Cell = std::array<std::int64_t, 2>;

std::vector<Cell> curve(std::int64_t width, std::int64_t height) {
    std::vector<Cell> cells;
    for (std::int64_t i = 0; i < width * height; ++i) {
        cells.push_back(curve_cell(i, width, height));
    }
    return cells;
}

} // namespace

TEST_CASE("the curve visits every cell of every rectangle once, in steps to a neighbour") {
    for (std::int64_t width = 1; width <= 33; ++width) {
        for (std::int64_t height = 1; height <= 33; ++height) {
            const std::vector<Cell> cells = curve(width, height);
            CAPTURE(width, height);
            REQUIRE(std::set<Cell>(cells.begin(), cells.end()).size() == cells.size());
            std::int64_t diagonal = 0;
            for (std::size_t i = 0; i < cells.size(); ++i) {
                REQUIRE((cells[i][0] >= 0 && cells[i][0] < width));
                REQUIRE((cells[i][1] >= 0 && cells[i][1] < height));
                if (i > 0) {
                    const std::int64_t dx = std::abs(cells[i][0] - cells[i - 1][0]);
                    const std::int64_t dy = std::abs(cells[i][1] - cells[i - 1][1]);
                    REQUIRE(std::max(dx, dy) == 1);
                    diagonal += dx + dy - 1;
                }
            }
            // Colour the cells like a chessboard: a walk of unit steps from one corner to the other
            // end of the longer side changes colour in every step, which an odd longer side and an
            // even shorter one forbid. There, and only there, one step may be diagonal.
            const std::int64_t longer = std::max(width, height);
            const std::int64_t shorter = std::min(width, height);
            const bool forbidden = longer % 2 == 1 && shorter % 2 == 0;
            REQUIRE(diagonal <= (forbidden ? 1 : 0));
        }
    }
}

TEST_CASE("the curve through the grid of random positions goes in unit steps too") {
    constexpr std::int64_t side = std::int64_t{1} << 26;
    for (const std::int64_t start :
         {std::int64_t{0}, side - 7, side * side / 3, side * side / 2 - 3, side * side - 50}) {
        Cell before = curve_cell(start, side, side);
        for (std::int64_t i = start + 1; i < start + 50; ++i) {
            const Cell cell = curve_cell(i, side, side);
            CHECK(std::abs(cell[0] - before[0]) + std::abs(cell[1] - before[1]) == 1);
            before = cell;
        }
    }
    CHECK(curve_cell(0, side, side) == Cell{0, 0});
}

TEST_CASE("a run of the curve is a compact piece") {
    // Its boundary decides how much neighbouring ranks share: for a quarter of the cells, at any
    // place, at most three times that of a square of the same area.
    const std::vector<Cell> cells = curve(64, 64);
    const std::size_t run = cells.size() / 4;
    for (std::size_t start = 0; start + run <= cells.size(); start += 97) {
        const std::set<Cell> piece(cells.begin() + static_cast<std::ptrdiff_t>(start),
                                   cells.begin() + static_cast<std::ptrdiff_t>(start + run));
        std::size_t boundary = 0;
        for (const Cell& cell : piece) {
            for (const Cell& step : {Cell{1, 0}, Cell{-1, 0}, Cell{0, 1}, Cell{0, -1}}) {
                boundary += piece.count({cell[0] + step[0], cell[1] + step[1]}) == 0 ? 1 : 0;
            }
        }
        CHECK(boundary <= 3 * 4 * 32);
    }
}

TEST_CASE("an index off the curve is refused") {
    CHECK_THROWS_AS(curve_cell(-1, 4, 4), equipoise::InternalError);
    CHECK_THROWS_AS(curve_cell(16, 4, 4), equipoise::InternalError);
    CHECK_THROWS_AS(curve_cell(0, 0, 4), equipoise::InternalError);
}
