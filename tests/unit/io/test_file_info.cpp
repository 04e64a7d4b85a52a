// Protects what `equipoise info` knows of a file, and that it says what is wrong with one.
#include "equipoise/io/file_info.hpp"
#include "equipoise/io/output_file.hpp"
#include "equipoise/util/errors.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace equipoise;

namespace {

parallel::Communicator self() {
    return parallel::Communicator(MPI_COMM_SELF);
}

/// A file of this rank alone, with two records.
std::string make(const std::string& name, bool complete) {
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    io::Schema schema;
    schema.attributes = {{"title", std::string("a title")},
                         {"equipoise_version", std::string("1.2.3")},
                         {"commit", std::string("abc")},
                         {"config", std::string("[run]\n")},
                         {"seed", std::string("18446744073709551615")},
                         {"ranks", std::int64_t{4}},
                         {"created", std::string("2020-01-01T00:00:00Z")}};
    schema.dimensions = {io::unlimited("/network/time", "1", "time"),
                         io::labels("/network/population", {"e", "i"}, "population")};
    schema.datasets = {{"/network/mean",
                        io::Type::real64,
                        {"/network/time", "/network/population"},
                        "1",
                        "mean state"}};
    io::OutputFile file(self(), name + std::to_string(rank) + ".h5", schema);
    for (const double time : {0.0, 2.5}) {
        file.append("/network/time", time);
        file.append("/network/mean", std::vector<double>{time, -time});
    }
    return file.finish(complete);
}

std::string words(const std::string& path) {
    try {
        io::file_info(path);
    } catch (const InputError& error) {
        return error.what();
    }
    return "";
}

} // namespace

TEST_CASE("a file tells what it holds, how far it got, and whether it is complete") {
    for (const bool complete : {true, false}) {
        const std::string path = make("told", complete);
        const io::FileInfo info = io::file_info(path);
        CHECK(info.path == path);
        CHECK(info.title == "a title");
        CHECK(info.version == "1.2.3");
        CHECK(info.seed == "18446744073709551615");
        CHECK(info.ranks == 4);
        CHECK(info.config == "[run]\n");
        CHECK(info.complete == complete);
        REQUIRE(info.reached.size() == 1);
        CHECK(info.reached[0].group == "/network");
        CHECK(info.reached[0].time == 2.5);
        CHECK(info.reached[0].records == 2);
        const auto mean = std::find_if(info.datasets.begin(), info.datasets.end(),
                                       [](const auto& set) { return set.path == "/network/mean"; });
        REQUIRE(mean != info.datasets.end());
        CHECK(mean->shape == std::vector<std::uint64_t>{2, 2});
        CHECK(mean->long_name == "mean state");
        const std::string text = io::describe(info);
        CHECK(text.find("a title") != std::string::npos);
        CHECK(text.find("2.5") != std::string::npos);
        std::filesystem::remove(path);
    }
}

TEST_CASE("a file that is missing, none of ours, or damaged is bad input") {
    CHECK(words("nothing.h5").find("nothing.h5") != std::string::npos);
    const std::string path = make("damaged", true);
    {
        std::ofstream text("text" + path);
        text << "not a data file\n";
    }
    CHECK_FALSE(words("text" + path).empty());
    const auto size = std::filesystem::file_size(path);
    std::filesystem::resize_file(path, size / 2);
    CHECK_FALSE(words(path).empty());
    std::filesystem::resize_file(path, 0);
    CHECK_FALSE(words(path).empty());
    const hid_t other = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(other);
    CHECK_FALSE(words(path).empty());
    std::filesystem::remove(path);
    std::filesystem::remove("text" + path);
}
