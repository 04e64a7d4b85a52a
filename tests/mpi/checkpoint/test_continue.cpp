// An output file is continued after a stop: records newer than the checkpoint are dropped, the rest
// stays as it was, and a file of another run is left alone.
#include "equipoise/io/output_file.hpp"
#include "equipoise/util/errors.hpp"

#include <catch2/catch.hpp>

#include "example.hpp"

using namespace example;

namespace {

constexpr std::uint64_t width = 300;

io::Schema schema(const std::string& run_id) {
    io::Schema result;
    result.attributes = {{"run_id", run_id}, {"equipoise_version", std::string("test")}};
    result.dimensions = {io::unlimited("/time", "1", "time"), io::unlimited("/late", "1", "time"),
                         io::extent("/x", width, "place")};
    result.datasets = {{"/mean", io::Type::real64, {"/time", "/x"}, "1", "mean"},
                       {"/rare", io::Type::real64, {"/late", "/x"}, "1", "recorded later"}};
    return result;
}

void record(io::OutputFile& file, int number) {
    const Slice mine = slice(world(), width);
    std::vector<double> values;
    for (std::uint64_t i = 0; i < mine.rows; ++i) {
        values.push_back(value(mine.offset + i, number));
    }
    file.append("/time", number);
    file.append_part("/mean", mine.offset, values);
}

/// Rank 0 reads a dataset whole.
std::vector<double> read(const std::string& path, const std::string& name) {
    const io::FileHandle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
    const io::DatasetHandle dataset(H5Dopen2(file.id(), name.c_str(), H5P_DEFAULT));
    const io::SpaceHandle space(H5Dget_space(dataset.id()));
    std::vector<double> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space.id())));
    H5Dread(dataset.id(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    return values;
}

void holds_records(const std::string& path, int count) {
    if (world().is_root()) {
        std::vector<double> times, means;
        for (int number = 0; number < count; ++number) {
            times.push_back(number);
            for (std::uint64_t i = 0; i < width; ++i) {
                means.push_back(value(i, number));
            }
        }
        CHECK(read(path, "/time") == times);
        CHECK((read(path, "/mean") == means));
        CHECK(read(path, "/rare").empty());
    }
    world().barrier();
}

/// A run that records 0..count-1 and keeps the position after `kept` of them.
io::OutputPosition first_run(const std::string& path, int kept, int count, bool complete) {
    io::OutputFile file(world(), path, schema("one"));
    io::OutputPosition position{"one", {}};
    for (int number = 0; number < count; ++number) {
        record(file, number);
        if (number + 1 == kept) {
            file.sync();
            position.records = file.records();
        }
    }
    file.finish(complete);
    return position;
}

} // namespace

TEST_CASE("an output file goes on where the checkpoint saw it") {
    const Folder folder(world());
    const std::string path = folder.path + "/out.h5";
    const bool complete = GENERATE(false, true);
    const io::OutputPosition position = first_run(path, 5, 8, complete);
    CHECK(position.records == std::vector<std::pair<std::string, std::int64_t>>{
                                  {"/late", 0}, {"/mean", 5}, {"/rare", 0}, {"/time", 5}});
    {
        io::OutputFile file(world(), path, position);
        CHECK(file.records() == position.records);
        for (int number = 5; number < 600; ++number) {
            record(file, number);
        }
        file.finish(true);
    }
    CHECK(folder.names() == std::vector<std::string>{"out.h5"});
    holds_records(path, 600);
}

TEST_CASE("after a flush the file on the disk is as long as HDF5 says") {
    const Folder folder(world());
    const std::string path = folder.path + "/out.h5";
    io::OutputFile file(world(), path, schema("one"));
    record(file, 0);
    file.sync();
    world().barrier();
    if (world().is_root()) { // what a kill right now would leave
        fs::copy_file(path + ".partial", folder.path + "/copy.h5");
    }
    holds_records(folder.path + "/copy.h5", 1);
    file.finish(true);
}

TEST_CASE("another run's file, a shorter one and a missing one are refused and not changed") {
    const Folder folder(world());
    const std::string path = folder.path + "/out.h5";
    const io::OutputPosition position = first_run(path, 3, 4, true);
    const std::string before = contents(path);
    const auto complaint = [&](const io::OutputPosition& from, const std::string& name) {
        return message_of<InputError>([&] { const io::OutputFile file(world(), name, from); });
    };
    io::OutputPosition other = position;
    other.run_id = "two";
    CHECK_THAT(complaint(other, path), Catch::Contains("belongs to another run"));
    other = position;
    other.records[1].second = 9;
    CHECK_THAT(complaint(other, path),
               Catch::Contains("holds 4 records of /mean, fewer than the 9"));
    other = position;
    other.records.pop_back();
    CHECK_THAT(complaint(other, path), Catch::Contains("does not know /time"));
    other = position;
    other.records.emplace_back("/more", 1);
    CHECK_THAT(complaint(other, path), Catch::Contains("has no /more"));
    CHECK_THAT(complaint(position, folder.path + "/absent.h5"), Catch::Contains("there is no"));
    CHECK(contents(path) == before);
    CHECK(folder.names() == std::vector<std::string>{"out.h5"});
}
