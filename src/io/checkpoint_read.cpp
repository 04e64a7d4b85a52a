#include "equipoise/io/checkpoint.hpp"
#include "equipoise/io/checksum.hpp"
#include "equipoise/io/hdf5_read.hpp"
#include "equipoise/io/together.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <string_view>

namespace equipoise::io {

namespace {

constexpr std::string_view reals_group = "/reals/";
constexpr std::string_view integers_group = "/integers/";
constexpr std::string_view texts_group = "/texts/";

FileHandle open_file(const std::string& path) {
    return FileHandle(EQUIPOISE_HDF5(path, H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)));
}

/// A small dataset, whole.
template <class Values>
Values read_all(const DatasetHandle& dataset, hid_t type, const std::string& file) {
    const std::vector<std::uint64_t> shape = shape_of(dataset, file);
    Values values(shape.at(0), {});
    if (!values.empty()) {
        EQUIPOISE_HDF5(file,
                       H5Dread(dataset.id(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
    }
    return values;
}

template <class Map>
const auto& entry(const Map& map, const std::string& name, const std::string& file,
                  std::string_view group) {
    const auto found = map.find(name);
    if (found == map.end()) {
        throw InputError({{{file, 0, "", ""},
                           fmt::format("this checkpoint holds no {}{}", group, name),
                           "it is of another kind of run, or of another version of the program"}});
    }
    return found->second;
}

} // namespace

CheckpointReader::CheckpointReader(const parallel::Communicator& comm, const std::string& path)
    : comm_(comm), path_(path) {
    SealReading reading = verify_seal(comm_, path_);
    if (!reading.problem.empty()) {
        refuse(reading.problem);
    }
    seal_ = std::move(reading.seal);
    const SilentErrors silent;
    try {
        together(comm_, [&] { load(); });
    } catch (const FileSystemError& error) {
        refuse(std::string("its checksums are right, but HDF5 cannot read it: ") + error.what());
    }
}

void CheckpointReader::refuse(const std::string& problem) const {
    throw InputError(
        {{{path_, 0, "", ""},
          problem,
          "give another checkpoint, or the folder, where the newest valid one is found"}});
}

void CheckpointReader::load() {
    const FileHandle file = open_file(path_);
    for (const Region& region : seal_.regions) {
        const std::string& name = region.path;
        const DatasetHandle dataset(
            EQUIPOISE_HDF5(path_, H5Dopen2(file.id(), name.c_str(), H5P_DEFAULT)));
        if (name.starts_with(reals_group)) {
            reals_[name.substr(reals_group.size())] =
                read_all<std::vector<double>>(dataset, H5T_NATIVE_DOUBLE, path_);
        } else if (name.starts_with(integers_group)) {
            integers_[name.substr(integers_group.size())] =
                read_all<std::vector<std::int64_t>>(dataset, H5T_NATIVE_INT64, path_);
        } else if (name.starts_with(texts_group)) {
            texts_[name.substr(texts_group.size())] =
                read_all<std::string>(dataset, H5T_NATIVE_UCHAR, path_);
        } else {
            parts_[name] = {shape_of(dataset, path_), region.sum};
        }
    }
}

const std::vector<double>& CheckpointReader::reals(const std::string& name) const {
    return entry(reals_, name, path_, reals_group);
}

const std::vector<std::int64_t>& CheckpointReader::integers(const std::string& name) const {
    return entry(integers_, name, path_, integers_group);
}

const std::string& CheckpointReader::text(const std::string& name) const {
    return entry(texts_, name, path_, texts_group);
}

void CheckpointReader::read_part(const std::string& path, std::uint64_t offset, std::uint64_t rows,
                                 std::span<double> values) const {
    const Part& part = entry(parts_, path, path_, "");
    const std::uint64_t row = std::accumulate(part.shape.begin() + 1, part.shape.end(),
                                              std::uint64_t{1}, std::multiplies<>());
    ensure(offset + rows <= part.shape[0] && values.size() == rows * row,
           "what is read of a checkpoint lies within its dataset and fills its buffer");
    const SilentErrors silent;
    std::string problem;
    if (!values.empty()) {
        try {
            const FileHandle file = open_file(path_);
            const DatasetHandle dataset(
                EQUIPOISE_HDF5(path_, H5Dopen2(file.id(), path.c_str(), H5P_DEFAULT)));
            std::vector<hsize_t> start(part.shape.size(), 0);
            std::vector<hsize_t> count(part.shape.begin(), part.shape.end());
            start[0] = offset;
            count[0] = rows;
            const SpaceHandle in_file(EQUIPOISE_HDF5(path_, H5Dget_space(dataset.id())));
            EQUIPOISE_HDF5(path_, H5Sselect_hyperslab(in_file.id(), H5S_SELECT_SET, start.data(),
                                                      nullptr, count.data(), nullptr));
            const SpaceHandle in_memory(EQUIPOISE_HDF5(
                path_, H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr)));
            EQUIPOISE_HDF5(path_, H5Dread(dataset.id(), H5T_NATIVE_DOUBLE, in_memory.id(),
                                          in_file.id(), H5P_DEFAULT, values.data()));
        } catch (const FileSystemError& error) {
            problem = error.what();
        }
    }
    problem = comm_.first_text(problem);
    if (!problem.empty()) {
        refuse(problem);
    }
    const std::uint64_t bytes = part.shape[0] * row * sizeof(double);
    const bool whole =
        comm_.sum(static_cast<std::int64_t>(rows)) == static_cast<std::int64_t>(part.shape[0]);
    const std::uint64_t sum =
        wrapping_sum(comm_, checksum_piece(std::as_bytes(values), offset * row)) +
        checksum_length(bytes);
    if (whole && sum != part.sum) {
        refuse(
            fmt::format("{} has changed since the file was opened: its checksum is wrong", path));
    }
}

} // namespace equipoise::io
