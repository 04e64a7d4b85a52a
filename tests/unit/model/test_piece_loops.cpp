#include "equipoise/elementary/clones.hpp"
#include "equipoise/model/piece_loops.hpp"

#include <catch2/catch.hpp>

#include "function_checks.hpp"
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

// Protects the loops behind tables and expressions: every instruction set that the loader may
// choose gives the same bits. For this the source is compiled once more for each, in a namespace of
// its own.

#undef EQUIPOISE_CLONES

#define EQUIPOISE_CLONES
#define piece_loops piece_loops::baseline     // NOLINT(readability-identifier-naming)
#include "../../../src/model/piece_loops.cpp" // NOLINT(bugprone-suspicious-include)
#undef piece_loops
#undef EQUIPOISE_CLONES

#if defined(__x86_64__)
#define EQUIPOISE_CLONES __attribute__((target("avx2,fma")))
#define piece_loops piece_loops::avx2         // NOLINT(readability-identifier-naming)
#include "../../../src/model/piece_loops.cpp" // NOLINT(bugprone-suspicious-include)
#undef piece_loops
#undef EQUIPOISE_CLONES

#define EQUIPOISE_CLONES __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,fma")))
#define piece_loops piece_loops::avx512       // NOLINT(readability-identifier-naming)
#include "../../../src/model/piece_loops.cpp" // NOLINT(bugprone-suspicious-include)
#undef piece_loops
#undef EQUIPOISE_CLONES
#endif

namespace {

using namespace equipoise::model;
using piece_loops::Layout;

constexpr std::size_t cells = 37;
const piece_loops::Grid grid(-3.1, 4.7, cells);

std::vector<double> states() {
    std::vector<double> z{grid.lower(), grid.upper(), -1e300, 1e300,
                          std::numeric_limits<double>::quiet_NaN()};
    for (std::size_t i = 0; z.size() < 201; ++i) { // not a multiple of any vector's length
        z.push_back(-3.5 + 8.6 * std::fmod(0.618034 * static_cast<double>(i), 1.0));
    }
    return z;
}

using Find = decltype(&piece_loops::find);
using Evaluate = decltype(&piece_loops::evaluate);

/// Values, slopes and curvatures, one after the other.
std::vector<double> compute(Layout layout, Find find, Evaluate evaluate) {
    std::vector<double> numbers; // of rows: any will do
    for (std::size_t i = 0; i < 8 * (cells + 1); ++i) {
        numbers.push_back(std::sin(0.7 * static_cast<double>(i * i)));
    }
    std::vector<std::uint32_t> of_cell;
    for (std::size_t cell = 0; cell <= cells; ++cell) {
        of_cell.push_back(static_cast<std::uint32_t>(8 * (cell * 5 % (cells + 1))));
    }
    const std::vector<double> z = states();
    std::vector<double> f(3 * z.size());
    piece_loops::Found found;
    find(grid, layout, z.data(), z.size(), found);
    evaluate({layout, numbers.data(), of_cell.data()}, found, z.size(), f.data(),
             f.data() + z.size(), f.data() + 2 * z.size());
    return f;
}

} // namespace

TEST_CASE("the bits of interpolants do not depend on the instruction set") {
    for (const Layout layout : {Layout::cubic, Layout::quintic, Layout::joint}) {
        INFO("layout " << static_cast<int>(layout));
        const std::vector<double> chosen =
            compute(layout, piece_loops::find, piece_loops::evaluate);
        CHECK(checks::same_bits(
            chosen, compute(layout, piece_loops::baseline::find, piece_loops::baseline::evaluate)));
#if defined(__x86_64__)
        if (__builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0) {
            CHECK(checks::same_bits(
                chosen, compute(layout, piece_loops::avx2::find, piece_loops::avx2::evaluate)));
        }
        if (__builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
            __builtin_cpu_supports("avx512bw") != 0) {
            CHECK(checks::same_bits(
                chosen, compute(layout, piece_loops::avx512::find, piece_loops::avx512::evaluate)));
        }
#endif
    }
}

TEST_CASE("a state finds its cell, and those beyond the range the cells at its ends") {
    const std::vector<double> z = states();
    piece_loops::Found found;
    piece_loops::find(grid, Layout::joint, z.data(), z.size(), found);
    CHECK(found.at[0] == 0);
    CHECK(found.at[1] + 1 >= cells); // the end may be one more
    CHECK(found.at[1] <= cells);
    CHECK(found.at[2] == 0);
    CHECK(found.at[3] == found.at[1]);
    CHECK(found.at[4] == 0);
    CHECK(std::isnan(found.place[4]));
    for (std::size_t i = 5; i < z.size(); ++i) {
        const double x = grid.clamp(z[i]);
        CHECK(found.place[i] == x);
        CHECK(grid.edge(found.at[i]) <= x + 1e-14);
        CHECK(grid.edge(found.at[i] + 1) >= x - 1e-14);
    }
}
