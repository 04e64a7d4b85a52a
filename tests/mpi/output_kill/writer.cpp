// output_writer FOLDER PART: writes FOLDER/out.h5 and logs every call that changes it
// (recorded_calls.hpp) to FOLDER/log. PART:
//   run       records up to more than were expected, with a dataset whose first record comes late
//   restart   goes on from a position before the end, and comes to a complete file
//   fail      records, then meets an error that all ranks share
#include "equipoise/io/output_file.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <fmt/format.h>

#include "recorded_calls.hpp"
#include <string>
#include <utility>
#include <vector>

using namespace equipoise;

namespace {

constexpr std::uint64_t expected = 12; ///< records, as the schema says
constexpr std::uint64_t wide = 1000;   ///< values in a record: a chunk holds what is expected
constexpr std::uint64_t large = 70000; ///< values in a record: a chunk holds fewer

constexpr int flushed_records = 30; ///< by the first part: more than twice what is expected
constexpr int kept_records = 21;    ///< by the second, of those
constexpr int all_records = 40;
constexpr int first_late_record = 5;

io::Schema schema() {
    io::Schema result;
    result.attributes = {{"run_id", std::string("one")},
                         {"equipoise_version", std::string("test")}};
    result.records = expected;
    result.dimensions = {io::unlimited("/time", "1", "time"),
                         io::unlimited("/late_time", "1", "time"), io::extent("/three", 3, "small"),
                         io::extent("/wide", wide, "wide"), io::extent("/large", large, "large")};
    const auto add = [&result](const char* path, const char* first, const char* second) {
        result.datasets.push_back({path, io::Type::real64, {first, second}, "1", path});
    };
    add("/small", "/time", "/three");
    add("/middle", "/time", "/wide");
    add("/parts", "/time", "/large");
    add("/late", "/late_time", "/wide");
    return result;
}

/// What test_every_moment.py expects at a place.
std::vector<double> values(int record, std::uint64_t begin, std::uint64_t end) {
    std::vector<double> result;
    for (std::uint64_t i = begin; i < end; ++i) {
        result.push_back(1000.0 * (record + 1) + static_cast<double>(i % 997));
    }
    return result;
}

void record(const parallel::Communicator& comm, io::OutputFile& file, int number) {
    file.append("/time", values(number, 0, 1));
    file.append("/small", values(number, 0, 3));
    file.append("/middle", values(number, 0, wide));
    const auto rank = static_cast<std::uint64_t>(comm.rank());
    const auto ranks = static_cast<std::uint64_t>(comm.size());
    const std::uint64_t begin = large * rank / ranks;
    file.append_part("/parts", begin, values(number, begin, large * (rank + 1) / ranks));
    if (number >= first_late_record) {
        file.append("/late_time", values(number - first_late_record, 0, 1));
        file.append("/late", values(number - first_late_record, 0, wide));
    }
}

/// Tells the test how many records there must be from now on.
void mark(const parallel::Communicator& comm, std::string text,
          const std::vector<std::pair<std::string, std::int64_t>>& records) {
    comm.barrier();
    if (comm.is_root()) {
        for (const auto& [name, count] : records) {
            text += fmt::format("\n{} {}", name, count);
        }
        recorded::mark(text);
    }
}

void write(const parallel::Communicator& comm, io::OutputFile& file, int from, int to) {
    for (int number = from; number < to; ++number) {
        record(comm, file, number);
        file.flush();
        mark(comm, "flushed", file.records());
    }
}

std::int64_t count_after(const std::string& dataset, int records) {
    return dataset.starts_with("/late") ? records - first_late_record : records;
}

} // namespace

int main(int argc, char** argv) {
    parallel::Environment environment(argc, argv);
    const auto comm = parallel::Communicator::world();
    const std::string folder = argv[1];
    const std::string part = argv[2];
    recorded::record_calls(folder + "/log");
    if (part == "restart") {
        io::OutputPosition position{"one", {}};
        for (const char* name : {"/late", "/late_time", "/middle", "/parts", "/small", "/time"}) {
            position.records.emplace_back(name, count_after(name, kept_records));
        }
        mark(comm, "restart", position.records);
        io::OutputFile file(comm, folder + "/out.h5", position);
        mark(comm, "flushed", file.records());
        write(comm, file, kept_records, all_records);
        file.finish(true);
        return 0;
    }
    io::OutputFile file(comm, folder + "/out.h5", schema());
    write(comm, file, 0, flushed_records);
    record(comm, file, flushed_records);
    if (part == "fail") {
        file.abandon();
    } else {
        file.finish(false);
    }
    return 0;
}
