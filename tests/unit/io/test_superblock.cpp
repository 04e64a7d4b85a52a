// Protects that HDF5 believes the end of a file that is written beside it.
#include "equipoise/io/create_file.hpp"
#include "equipoise/io/hdf5_handle.hpp"
#include "equipoise/io/superblock.hpp"
#include "equipoise/util/errors.hpp"

#include <catch2/catch.hpp>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

using namespace equipoise;

namespace {

/// Each rank has its own files.
std::string name(const char* leaf) {
    return "superblock_" + std::to_string(getpid()) + leaf;
}

hsize_t end_as_hdf5_sees_it(const std::string& path) {
    const io::FileHandle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
    haddr_t end = 0;
    H5Fget_eoa(file.id(), &end);
    return end;
}

} // namespace

TEST_CASE("a lengthened file has the new end, of either version of the superblock") {
    for (const std::uint64_t records : {1ULL, 1ULL << 30}) { // an index of many chunks: version 1
        const std::string path = name(".h5");
        io::Schema schema;
        schema.records = records;
        schema.dimensions = {io::unlimited("/time", "1", "time"), io::extent("/x", 100, "x")};
        schema.datasets = {{"/mean", io::Type::real64, {"/time", "/x"}, "1", "mean"}};
        io::create_file(path, schema);
        const std::uint64_t end = std::filesystem::file_size(path) + 100'000;
        io::lengthen(path, end);
        CHECK(std::filesystem::file_size(path) == end);
        CHECK(end_as_hdf5_sees_it(path) == end);
        io::set_end(path, end - 10);
        CHECK(end_as_hdf5_sees_it(path) == end - 10);
        std::filesystem::remove(path);
    }
}

TEST_CASE("what is no output file is refused and not changed") {
    const std::string path = name(".txt");
    const std::string text = "not an HDF5 file, and longer than a superblock's first fields";
    std::ofstream(path) << text;
    CHECK_THROWS_AS(io::set_end(path, 1000), FileSystemError);
    std::ifstream file(path);
    CHECK(std::string(std::istreambuf_iterator<char>(file), {}) == text);
    std::filesystem::remove(path);
}
