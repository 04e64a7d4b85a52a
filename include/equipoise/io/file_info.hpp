#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace equipoise::io {

struct DatasetInfo {
    std::string path;
    std::vector<std::uint64_t> shape;
    std::string units, long_name;
};

/// What an output file says of itself.
struct FileInfo {
    std::string path;
    std::string title, version, commit, created, config, seed;
    std::int64_t ranks = 0;
    bool complete = false;
    /// Last recorded time of each group that has a time: ("/network", 5.0), with the number of
    /// records.
    struct Reached {
        std::string group;
        double time = 0.0;
        std::uint64_t records = 0;
    };
    std::vector<Reached> reached;
    std::vector<DatasetInfo> datasets;
};

/// Reads it. Throws InputError when the file does not exist, is no HDF5 file, is damaged, or is not
/// ours.
FileInfo file_info(const std::string& path);

/// For a terminal.
std::string describe(const FileInfo& info);

/// What an output or a checkpoint file holds, for a terminal. A checkpoint is verified whole.
/// Throws InputError as file_info does.
std::string describe_file(const std::string& path);

} // namespace equipoise::io
