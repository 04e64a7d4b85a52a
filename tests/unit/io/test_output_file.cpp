// Protects what is written: the values that the ranks hold, at their places, on any number of
// ranks, also where a rank holds none; and that a file is complete or absent under its name.
#include "equipoise/io/output_file.hpp"
#include "equipoise/util/errors.hpp"

#include <catch2/catch.hpp>
#include <hdf5_hl.h>

#include "unit/io/read_back.hpp"
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

using namespace equipoise;
using io::OutputFile;
using parallel::Communicator;

namespace {

constexpr std::uint64_t neurons = 1003;
constexpr std::uint64_t sites = 17;
constexpr std::uint64_t cells = 9;

const Communicator& world() {
    static const Communicator comm = Communicator::world();
    return comm;
}

io::Schema schema() {
    io::Schema result;
    result.attributes = {{"title", std::string("a test, with \xc3\xa9")},
                         {"seed", std::int64_t{9}}};
    result.dimensions = {io::unlimited("/g/time", "1", "time"),
                         io::labels("/g/population", {"e", "i"}, "population"),
                         io::extent("/g/neuron", neurons, "neuron"),
                         io::coordinates("/g/x", std::vector<double>(sites, 0.5), "1", "position"),
                         io::extent("/g/y", cells, "state")};
    result.datasets = {
        {"/g/mean", io::Type::real64, {"/g/time", "/g/population"}, "mV", "mean state"},
        {"/g/state", io::Type::real64, {"/g/time", "/g/neuron"}, "1", "state"},
        {"/g/density", io::Type::real32, {"/g/time", "/g/x", "/g/y"}, "1", "density"},
        {"/g/place", io::Type::real64, {"/g/neuron"}, "1", "place"},
        {"/g/count", io::Type::int64, {"/g/population"}, "1", "count"},
        {"/g/weight", io::Type::real64, {"/g/population", "/g/x"}, "1", "weight"}};
    return result;
}

/// [begin, end) of `total` things on a rank; the last rank of several holds none, and the others
/// hold unequal shares.
struct Share {
    std::uint64_t begin, end;

    explicit Share(std::uint64_t total) : begin(0), end(total) {
        const auto workers = static_cast<std::uint64_t>(std::max(1, world().size() - 1));
        const auto rank = static_cast<std::uint64_t>(world().rank());
        const auto bound = [&](std::uint64_t k) {
            return k >= workers ? total : k * k * total / 10;
        };
        begin = bound(rank);
        end = rank < workers ? bound(rank + 1) : begin;
    }
    [[nodiscard]] std::uint64_t size() const { return end - begin; }
};

double value(std::uint64_t record, std::uint64_t index) {
    return std::sin(static_cast<double>(record)) + static_cast<double>(index);
}

std::vector<double> part(std::uint64_t record, const Share& share) {
    std::vector<double> values;
    for (std::uint64_t i = share.begin; i < share.end; ++i) {
        values.push_back(value(record, i));
    }
    return values;
}

std::size_t wrong_values(const std::vector<double>& stored, std::uint64_t record_size) {
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < stored.size(); ++i) {
        wrong += stored[i] == value(i / record_size, i % record_size) ? 0 : 1;
    }
    return wrong;
}

bool exists(const std::string& path) {
    world().barrier();
    const bool found = std::filesystem::exists(path);
    world().barrier();
    return found;
}

} // namespace

TEST_CASE("records, parts and boxes of all ranks are at their places") {
    constexpr std::uint64_t records = 300; // more than a chunk of the small datasets
    constexpr std::uint64_t snapshots = 3;
    const std::string path = "records.h5";
    {
        OutputFile file(world(), path, schema());
        CHECK(file.path() == path);
        const Share of_neurons(neurons);
        const Share of_sites(sites);
        file.write_part("/g/place", of_neurons.begin, part(0, of_neurons));
        const std::vector<std::int64_t> counts{std::int64_t{1} << 60, -5};
        file.write("/g/count", counts);
        std::vector<double> weights(2 * sites);
        for (std::size_t i = 0; i < weights.size(); ++i) {
            weights[i] = value(0, i);
        }
        file.write("/g/weight", weights);
        for (std::uint64_t record = 0; record < records; ++record) {
            file.append("/g/time", 0.25 * static_cast<double>(record));
            file.append("/g/mean", std::vector<double>{value(record, 0), value(record, 1)});
            if (record >= snapshots) {
                continue;
            }
            file.append_part("/g/state", of_neurons.begin, part(record, of_neurons));
            std::vector<double> box;
            for (std::uint64_t s = of_sites.begin; s < of_sites.end; ++s) {
                for (std::uint64_t y = 0; y < cells; ++y) {
                    box.push_back(
                        std::floor(value(record, s * cells + y))); // whole: float holds it
                }
            }
            file.append_box("/g/density", {of_sites.begin, 0}, {of_sites.size(), cells}, box);
            file.flush();
        }
        CHECK(file.finish(true) == path);
    }
    CHECK(exists(path));
    CHECK_FALSE(exists(path + ".partial"));
    if (!world().is_root()) {
        return;
    }
    const ReadBack file(path);
    CHECK(file.shape("/g/time") == std::vector<hsize_t>{records});
    CHECK(file.reals("/g/time")[7] == 1.75);
    CHECK(file.shape("/g/mean") == std::vector<hsize_t>{records, 2});
    CHECK(wrong_values(file.reals("/g/mean"), 2) == 0);
    CHECK(file.shape("/g/state") == std::vector<hsize_t>{snapshots, neurons});
    CHECK(wrong_values(file.reals("/g/state"), neurons) == 0);
    CHECK(file.shape("/g/place") == std::vector<hsize_t>{neurons});
    CHECK(wrong_values(file.reals("/g/place"), neurons) == 0);
    CHECK(wrong_values(file.reals("/g/weight"), 2 * sites) == 0);
    CHECK(file.values<std::int64_t>("/g/count") ==
          std::vector<std::int64_t>{std::int64_t{1} << 60, -5});
    CHECK(file.shape("/g/density") == std::vector<hsize_t>{snapshots, sites, cells});
    const std::vector<double> density = file.reals("/g/density");
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < density.size(); ++i) {
        const std::size_t size = sites * cells;
        wrong += density[i] == std::floor(value(i / size, i % size)) ? 0 : 1;
    }
    CHECK(wrong == 0);
    CHECK(file.text("/g/mean", "units") == "mV");
    CHECK(file.text("/g/mean", "long_name") == "mean state");
    CHECK(file.text("/", "title") == "a test, with \xc3\xa9");
    CHECK(file.whole("seed") == 9);
    CHECK(file.whole("complete") == 1);
    for (const char* dataset : {"/g/mean", "/g/state", "/g/density", "/g/weight"}) {
        const io::DatasetHandle handle = file.open(dataset);
        for (unsigned i = 0; i < file.shape(dataset).size(); ++i) {
            CHECK(H5DSget_num_scales(handle.id(), i) == 1); // what netCDF-4 readers look for
        }
    }
}

TEST_CASE("a box may be any rectangle of the record") {
    // Ranks share the cells, not the sites, and the last of several holds none.
    const std::string path = "boxes.h5";
    OutputFile file(world(), path, schema());
    const Share share(cells);
    for (std::uint64_t record = 0; record < 2; ++record) {
        std::vector<double> box;
        for (std::uint64_t s = 0; s < sites; ++s) {
            for (std::uint64_t y = share.begin; y < share.end; ++y) {
                box.push_back(static_cast<double>(1000 * record + s * cells + y));
            }
        }
        file.append_box("/g/density", {0, share.begin}, {sites, share.size()}, box);
    }
    CHECK_THROWS_AS(file.append_box("/g/density", {0, 0}, {2, 3}, std::vector<double>(5)),
                    InternalError);
    file.finish(true);
    world().barrier();
    if (world().is_root()) {
        const ReadBack back(path);
        const std::vector<double> density = back.reals("/g/density");
        REQUIRE(density.size() == 2 * sites * cells);
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < density.size(); ++i) {
            const std::size_t size = sites * cells;
            wrong += density[i] == static_cast<double>(1000 * (i / size) + i % size) ? 0 : 1;
        }
        CHECK(wrong == 0);
    }
}

TEST_CASE("while it runs the file is .partial, holds what was flushed, and replaces an older one") {
    const std::string path = "running.h5";
    const std::string partial = path + ".partial";
    if (world().is_root()) {
        std::filesystem::remove(path);
        std::filesystem::remove(partial);
    }
    world().barrier();
    {
        OutputFile file(world(), path, schema());
        file.append("/g/time", 1.0);
        file.append("/g/time", 2.0);
        file.flush();
        file.append("/g/time", 3.0);
        CHECK_FALSE(exists(path));
        if (world().is_root()) { // a copy is what would be left if the run were killed now
            std::filesystem::copy_file(partial, "killed.h5",
                                       std::filesystem::copy_options::overwrite_existing);
            const ReadBack killed("killed.h5");
            const std::vector<double> time = killed.reals("/g/time");
            REQUIRE(time.size() >= 2);
            CHECK(time[0] == 1.0);
            CHECK(time[1] == 2.0);
            CHECK(killed.whole("complete") == 0);
        }
        CHECK(file.finish(false) == partial);
    }
    CHECK_FALSE(exists(path));
    CHECK(exists(partial));
    if (world().is_root()) {
        const ReadBack kept(partial);
        CHECK(kept.reals("/g/time") == std::vector<double>{1.0, 2.0, 3.0});
        CHECK(kept.whole("complete") == 0);
    }
    world().barrier();
    {
        OutputFile file(world(), path, schema());
        file.append("/g/time", 7.0);
        file.finish(true);
    }
    CHECK_FALSE(exists(partial));
    if (world().is_root()) {
        CHECK(ReadBack(path).reals("/g/time") == std::vector<double>{7.0});
    }
    world().barrier();
}

TEST_CASE("records since the last flush are dropped when the file is abandoned") {
    const std::string path = "abandoned.h5";
    const std::string partial = path + ".partial";
    {
        OutputFile file(world(), path, schema());
        CHECK_FALSE(exists(partial)); // nothing is there before the first flush
        file.append("/g/time", 1.0);
        CHECK(file.abandon().empty());
    }
    CHECK_FALSE(exists(partial));
    CHECK_FALSE(exists(partial + ".new"));
    {
        OutputFile file(world(), path, schema());
        file.append("/g/time", 1.0);
        file.flush();
        file.append("/g/time", 2.0);
        file.append("/g/mean", std::vector<double>{3.0, 4.0});
        CHECK(file.abandon() == partial);
        CHECK(file.records()[0].second == 0);
    }
    if (world().size() == 1) { // several ranks would have to end
        try {
            OutputFile file(world(), path, schema());
            file.append("/g/time", 1.0);
            file.flush();
            file.append("/g/time", 2.0);
            throw NumericsError("no solution");
        } catch (const NumericsError&) {
        }
    }
    if (world().is_root()) {
        CHECK(ReadBack(partial).reals("/g/time") == std::vector<double>{1.0});
        CHECK(ReadBack(partial).reals("/g/mean").empty());
        std::filesystem::remove(partial);
    }
    world().barrier();
}

TEST_CASE("a place where no file can be made is told to all ranks") {
    for (const std::string path : {"no/such/folder/out.h5", "."}) {
        try {
            const OutputFile file(world(), path, schema());
            FAIL("made a file at " << path);
        } catch (const FileSystemError& error) {
            CHECK(std::string(error.what()).rfind(path, 0) == 0);
        }
    }
}

TEST_CASE("a record of another size, and a dataset that was not declared, are refused") {
    OutputFile file(world(), "refused.h5", schema());
    if (world().is_root()) {
        CHECK_THROWS_AS(file.append("/g/mean", std::vector<double>(3)), InternalError);
        CHECK_THROWS_AS(file.write("/g/weight", std::vector<double>(3)), InternalError);
    } else {
        file.append("/g/mean", std::vector<double>(3)); // only the root's values are looked at
        file.write("/g/weight", std::vector<double>(3));
    }
    CHECK_THROWS_AS(file.append("/g/nothing", 1.0), FileSystemError);
    io::Schema twice = schema();
    twice.datasets.push_back({"/g/more", io::Type::real64, {"/g/undeclared"}, "1", ""});
    if (world().size() == 1) { // made by the root alone, whose internal errors end all ranks
        CHECK_THROWS_AS(OutputFile(world(), "undeclared.h5", twice), InternalError);
    }
}
