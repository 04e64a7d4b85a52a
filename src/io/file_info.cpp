#include "equipoise/io/file_info.hpp"

#include "equipoise/io/hdf5_read.hpp"
#include "equipoise/util/errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <utility>

namespace equipoise::io {

namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& message,
                         const std::string& remedy) {
    throw InputError({{{path, 0, "", ""}, message, remedy}});
}

std::int64_t whole_attribute(hid_t object, const char* name, const std::string& path) {
    std::int64_t value = 0;
    if (H5Aexists(object, name) > 0) {
        const AttributeHandle attribute(EQUIPOISE_HDF5(path, H5Aopen(object, name, H5P_DEFAULT)));
        EQUIPOISE_HDF5(path, H5Aread(attribute.id(), H5T_NATIVE_INT64, &value));
    }
    return value;
}

double last_value(const DatasetHandle& dataset, std::uint64_t size, const std::string& path) {
    double value = 0.0;
    const hsize_t start = size - 1;
    const hsize_t count = 1;
    const SpaceHandle in_file(EQUIPOISE_HDF5(path, H5Dget_space(dataset.id())));
    EQUIPOISE_HDF5(
        path, H5Sselect_hyperslab(in_file.id(), H5S_SELECT_SET, &start, nullptr, &count, nullptr));
    const SpaceHandle in_memory(EQUIPOISE_HDF5(path, H5Screate_simple(1, &count, nullptr)));
    EQUIPOISE_HDF5(path, H5Dread(dataset.id(), H5T_NATIVE_DOUBLE, in_memory.id(), in_file.id(),
                                 H5P_DEFAULT, &value));
    return value;
}

} // namespace

FileInfo file_info(const std::string& path) {
    const SilentErrors silent;
    if (!std::filesystem::exists(path)) {
        refuse(path, "there is no such file",
               "a run that is still going on writes to its name with .partial");
    }
    if (std::filesystem::is_directory(path) || H5Fis_hdf5(path.c_str()) <= 0) {
        refuse(path, "is not an HDF5 file, or its beginning is damaged",
               "equipoise info takes the output file of a run");
    }
    FileInfo info;
    info.path = path;
    try {
        const FileHandle file(
            EQUIPOISE_HDF5(path, H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)));
        const ObjectHandle root(EQUIPOISE_HDF5(path, H5Oopen(file.id(), "/", H5P_DEFAULT)));
        info.version = text_attribute(root.id(), "equipoise_version", path);
        info.title = text_attribute(root.id(), "title", path);
        info.commit = text_attribute(root.id(), "commit", path);
        info.created = text_attribute(root.id(), "created", path);
        info.config = text_attribute(root.id(), "config", path);
        info.seed = text_attribute(root.id(), "seed", path);
        info.ranks = whole_attribute(root.id(), "ranks", path);
        info.complete = whole_attribute(root.id(), "complete", path) != 0;
        for (const std::string& name : dataset_paths(file, path)) {
            const DatasetHandle dataset(
                EQUIPOISE_HDF5(path, H5Dopen2(file.id(), name.c_str(), H5P_DEFAULT)));
            DatasetInfo entry{name, shape_of(dataset, path),
                              text_attribute(dataset.id(), "units", path),
                              text_attribute(dataset.id(), "long_name", path)};
            const std::size_t slash = name.rfind('/');
            if (name.substr(slash + 1) == "time" && entry.shape.size() == 1 && entry.shape[0] > 0) {
                info.reached.push_back({name.substr(0, slash),
                                        last_value(dataset, entry.shape[0], path), entry.shape[0]});
            }
            info.datasets.push_back(std::move(entry));
        }
    } catch (const FileSystemError& error) {
        refuse(path, std::string("the file is damaged or was cut short: ") + error.what(),
               "an older copy may be whole; a killed run leaves what it had flushed in the "
               ".partial file");
    }
    if (info.version.empty()) {
        refuse(
            path,
            "is an HDF5 file, but not one of this program (it has no attribute equipoise_version)",
            "equipoise info takes the output file of a run");
    }
    return info;
}

std::string describe(const FileInfo& info) {
    std::string text;
    const auto out = std::back_inserter(text);
    fmt::format_to(out, "{}: output of equipoise {} (commit {})\n", info.path, info.version,
                   info.commit);
    fmt::format_to(out, "title     {}\ncreated   {} on {} rank{}, seed {}\n", info.title,
                   info.created, info.ranks, info.ranks == 1 ? "" : "s", info.seed);
    fmt::format_to(out, "complete  {}\n",
                   info.complete ? "yes" : "no: the run goes on, or was stopped");
    for (const FileInfo::Reached& reached : info.reached) {
        fmt::format_to(out, "reached   t = {:g} in {} ({} records)\n", reached.time, reached.group,
                       reached.records);
    }
    fmt::format_to(out, "\n{:<36} {:<24} {}\n", "dataset", "shape", "meaning");
    for (const DatasetInfo& dataset : info.datasets) {
        fmt::format_to(out, "{:<36} {:<24} {}\n", dataset.path,
                       fmt::format("({})", fmt::join(dataset.shape, ", ")), dataset.long_name);
    }
    fmt::format_to(out, "\nConfiguration\n\n{}", info.config);
    return text;
}

} // namespace equipoise::io
