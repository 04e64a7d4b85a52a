// Protects that a growing dataset begins a new chunk seldom: the index of chunks is what a kill
// could harm.
#include "equipoise/io/chunk_plan.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace equipoise::io;
using Shape = std::vector<hsize_t>;

namespace {
constexpr hsize_t real = 8;
constexpr hsize_t megabyte = hsize_t{1} << 20;

hsize_t bytes(const Shape& chunk) {
    hsize_t product = real;
    for (const hsize_t extent : chunk) {
        product *= extent;
    }
    return product;
}
} // namespace

TEST_CASE("all expected records of a dataset of up to 4 MB are one chunk") {
    for (const hsize_t records : {1000, 50000, 170000}) {
        CHECK(chunk_shape({0, 3}, real, records) == Shape{records, 3});
        CHECK(chunk_count({0, 3}, real, records) == 1);
    }
    CHECK(chunk_shape({0}, real, 1) == Shape{512});  // 4 kB for more than were expected
    CHECK(chunk_shape({0, 2, 0}, real, 10)[2] == 1); // a dataset without places has a chunk too
}

TEST_CASE("a larger dataset is about 16 chunks, and has no chunk above 64 MB") {
    for (const hsize_t row : {100, 5000, 300000}) {
        const hsize_t records = 500 * megabyte / (real * row) + 1;
        const hsize_t count = chunk_count({0, row}, real, records);
        CHECK(count >= 16);
        CHECK(count <= 20);
    }
    const Shape large = chunk_shape({0, 100'000'000}, real, 50);
    CHECK(large == Shape{1, 8 * megabyte});
    CHECK(chunk_count({0, 100'000'000}, real, 50) == 50 * 12);
    CHECK(bytes(chunk_shape({0, 3}, real, hsize_t{1} << 50)) <= 64 * megabyte);
}

TEST_CASE("the first node of an index holds 16 times the expected chunks") {
    CHECK(2 * half_node_for(1) == 64);
    CHECK(2 * half_node_for(20) >= 16 * 20);
    CHECK(2 * half_node_for(500) == 16 * 500);
    CHECK(2 * half_node_for(1 << 20) == 8192);
}
