#include "equipoise/io/continue_file.hpp"

#include "equipoise/io/hdf5_read.hpp"
#include "equipoise/io/superblock.hpp"
#include "equipoise/util/errors.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <map>

namespace equipoise::io {

namespace {

/// Paths of the datasets that grow, with their numbers of records.
std::map<std::string, std::uint64_t> growing(const FileHandle& file, const std::string& path) {
    std::map<std::string, std::uint64_t> records;
    for (const std::string& name : dataset_paths(file, path)) {
        const DatasetHandle dataset(
            EQUIPOISE_HDF5(path, H5Dopen2(file.id(), name.c_str(), H5P_DEFAULT)));
        const SpaceHandle space(EQUIPOISE_HDF5(path, H5Dget_space(dataset.id())));
        std::vector<hsize_t> most(
            static_cast<std::size_t>(EQUIPOISE_HDF5(path, H5Sget_simple_extent_ndims(space.id()))));
        EQUIPOISE_HDF5(path, H5Sget_simple_extent_dims(space.id(), nullptr, most.data()));
        if (!most.empty() && most[0] == H5S_UNLIMITED) {
            records[name] = shape_of(dataset, path)[0];
        }
    }
    return records;
}

std::string difference(const std::string& path, const OutputPosition& position) {
    const FileHandle file(EQUIPOISE_HDF5(path, H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)));
    const ObjectHandle root(EQUIPOISE_HDF5(path, H5Oopen(file.id(), "/", H5P_DEFAULT)));
    const std::string run_id = text_attribute(root.id(), "run_id", path);
    if (run_id != position.run_id) {
        return fmt::format("{} belongs to another run (run_id {}, not {})", path,
                           run_id.empty() ? "none" : run_id, position.run_id);
    }
    std::map<std::string, std::uint64_t> records = growing(file, path);
    for (const auto& [name, count] : position.records) {
        const auto found = records.find(name);
        if (found == records.end()) {
            return fmt::format("{} has no {}", path, name);
        }
        if (found->second < static_cast<std::uint64_t>(count)) {
            return fmt::format("{} holds {} records of {}, fewer than the {} of the checkpoint",
                               path, found->second, name, count);
        }
        records.erase(found);
    }
    return records.empty()
               ? std::string{}
               : fmt::format("the checkpoint does not know {} of {}", records.begin()->first, path);
}

} // namespace

std::string why_not_continued(const std::string& path, const OutputPosition& position) {
    if (!std::filesystem::is_regular_file(path)) {
        return fmt::format("there is no {}", path);
    }
    const SilentErrors silent;
    try {
        return difference(path, position);
    } catch (const FileSystemError& error) {
        return error.what();
    }
}

void cut_back(const std::string& path, const OutputPosition& position) {
    const SilentErrors silent;
    const PropertiesHandle access(EQUIPOISE_HDF5(path, H5Pcreate(H5P_FILE_ACCESS)));
    EQUIPOISE_HDF5(path, H5Pset_fclose_degree(access.id(), H5F_CLOSE_STRONG));
    FileHandle file(EQUIPOISE_HDF5(path, H5Fopen(path.c_str(), H5F_ACC_RDWR, access.id())));
    for (const auto& [name, count] : position.records) {
        const DatasetHandle dataset(
            EQUIPOISE_HDF5(path, H5Dopen2(file.id(), name.c_str(), H5P_DEFAULT)));
        const std::vector<std::uint64_t> shape = shape_of(dataset, path);
        std::vector<hsize_t> extents(shape.begin(), shape.end());
        if (extents.at(0) != static_cast<hsize_t>(count)) {
            extents[0] = static_cast<hsize_t>(count);
            EQUIPOISE_HDF5(path, H5Dset_extent(dataset.id(), extents.data()));
            EQUIPOISE_HDF5(path, H5Dflush(dataset.id()));
        }
    }
    // Nothing points to the chunks that are gone any more. HDF5 would shorten the file before its
    // superblock says so, and a kill in between would leave a file that seems cut short.
    haddr_t end = 0;
    EQUIPOISE_HDF5(path, H5Fget_eoa(file.id(), &end));
    set_end(path, end);
    {
        const std::int64_t complete = 0;
        const AttributeHandle attribute(EQUIPOISE_HDF5(
            path, H5Aopen_by_name(file.id(), "/", "complete", H5P_DEFAULT, H5P_DEFAULT)));
        EQUIPOISE_HDF5(path, H5Awrite(attribute.id(), H5T_NATIVE_INT64, &complete));
    }
    EQUIPOISE_HDF5(path, H5Fflush(file.id(), H5F_SCOPE_GLOBAL));
    EQUIPOISE_HDF5(path, H5Fclose(file.release()));
}

} // namespace equipoise::io
