#include "equipoise/io/checkpoint_structure.hpp"

#include "equipoise/io/checksum.hpp"
#include "equipoise/io/hdf5_handle.hpp"
#include "equipoise/io/raw_file.hpp"
#include "equipoise/util/errors.hpp"

#include <functional>
#include <numeric>
#include <span>
#include <string_view>

namespace equipoise::io {

namespace {

/// What HDF5 needs beside the data, generously.
constexpr std::uint64_t structure_bytes = std::uint64_t{1} << 16;
constexpr std::uint64_t dataset_bytes = std::uint64_t{1} << 12;

std::uint64_t product(std::span<const std::uint64_t> extents) {
    return std::accumulate(extents.begin(), extents.end(), std::uint64_t{1}, std::multiplies<>());
}

class Structure {
  public:
    Structure(std::string path, std::int64_t sequence) : path_(std::move(path)) {
        seal_.sequence = sequence;
    }
    Seal make(const CheckpointContent& content, const std::vector<std::uint64_t>& part_sums);

  private:
    template <class Result>
    Result check(Result result, const char* call) const {
        return check_hdf5(result, call, path_);
    }

    void attribute(hid_t object, const char* name, hid_t type, const void* value) const;
    void make_groups(hid_t file, const std::string& path) const;
    void make_dataset(hid_t file, const std::string& path, hid_t type,
                      const std::vector<std::uint64_t>& shape, std::uint64_t sum,
                      const void* values);
    template <class Value>
    void make_small(hid_t file, const std::string& path, hid_t type,
                    std::span<const Value> values) {
        make_dataset(file, path, type, {values.size()}, checksum(std::as_bytes(values)),
                     values.data());
    }

    std::string path_;
    Seal seal_;
};

void Structure::attribute(hid_t object, const char* name, hid_t type, const void* value) const {
    const SpaceHandle space(check(H5Screate(H5S_SCALAR), "H5Screate"));
    const AttributeHandle handle(
        check(H5Acreate2(object, name, type, space.id(), H5P_DEFAULT, H5P_DEFAULT), "H5Acreate"));
    check(H5Awrite(handle.id(), type, value), "H5Awrite");
}

/// The groups on the way to `path`, without times of creation: the same content makes the same
/// file.
void Structure::make_groups(hid_t file, const std::string& path) const {
    const PropertiesHandle properties(check(H5Pcreate(H5P_GROUP_CREATE), "H5Pcreate"));
    check(H5Pset_obj_track_times(properties.id(), false), "H5Pset_obj_track_times");
    for (std::size_t end = path.find('/', 1); end != std::string::npos;
         end = path.find('/', end + 1)) {
        const std::string group = path.substr(0, end);
        if (check(H5Lexists(file, group.c_str(), H5P_DEFAULT), "H5Lexists") == 0) {
            const GroupHandle made(
                check(H5Gcreate2(file, group.c_str(), H5P_DEFAULT, properties.id(), H5P_DEFAULT),
                      "H5Gcreate"));
        }
    }
}

void Structure::make_dataset(hid_t file, const std::string& path, hid_t type,
                             const std::vector<std::uint64_t>& shape, std::uint64_t sum,
                             const void* values) {
    make_groups(file, path);
    const PropertiesHandle properties(check(H5Pcreate(H5P_DATASET_CREATE), "H5Pcreate"));
    // Space now, by one process; values later, by all: then the ranks have no structure to agree
    // on.
    check(H5Pset_alloc_time(properties.id(), H5D_ALLOC_TIME_EARLY), "H5Pset_alloc_time");
    check(H5Pset_fill_time(properties.id(), H5D_FILL_TIME_NEVER), "H5Pset_fill_time");
    check(H5Pset_obj_track_times(properties.id(), false), "H5Pset_obj_track_times");
    const std::vector<hsize_t> extents(shape.begin(), shape.end());
    const SpaceHandle space(check(
        H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr), "H5Screate"));
    const DatasetHandle dataset(check(
        H5Dcreate2(file, path.c_str(), type, space.id(), H5P_DEFAULT, properties.id(), H5P_DEFAULT),
        "H5Dcreate"));
    attribute(dataset.id(), "checksum", H5T_NATIVE_UINT64, &sum);
    const std::uint64_t bytes = product(shape) * H5Tget_size(type);
    if (bytes == 0) {
        seal_.regions.push_back({path, header_bytes, 0, sum});
        return;
    }
    if (values != nullptr) {
        check(H5Dwrite(dataset.id(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), "H5Dwrite");
    }
    const haddr_t address = H5Dget_offset(dataset.id());
    ensure(address != HADDR_UNDEF, "a contiguous dataset has an address");
    seal_.regions.push_back({path, address, bytes, sum});
}

Seal Structure::make(const CheckpointContent& content,
                     const std::vector<std::uint64_t>& part_sums) {
    const PropertiesHandle access(check(H5Pcreate(H5P_FILE_ACCESS), "H5Pcreate"));
    // Metadata with checksums, which any HDF5 from 1.10 on reads.
    check(H5Pset_libver_bounds(access.id(), H5F_LIBVER_V110, H5F_LIBVER_V110),
          "H5Pset_libver_bounds");
    check(H5Pset_fclose_degree(access.id(), H5F_CLOSE_STRONG), "H5Pset_fclose_degree");
    const PropertiesHandle creation(check(H5Pcreate(H5P_FILE_CREATE), "H5Pcreate"));
    check(H5Pset_userblock(creation.id(), header_bytes), "H5Pset_userblock");
    check(H5Pset_obj_track_times(creation.id(), false), "H5Pset_obj_track_times");
    FileHandle file(
        check(H5Fcreate(path_.c_str(), H5F_ACC_TRUNC, creation.id(), access.id()), "H5Fcreate"));
    {
        const GroupHandle root(check(H5Gopen2(file.id(), "/", H5P_DEFAULT), "H5Gopen"));
        const TypeHandle text(check(H5Tcopy(H5T_C_S1), "H5Tcopy"));
        constexpr std::string_view kind = "checkpoint";
        check(H5Tset_size(text.id(), kind.size()), "H5Tset_size");
        attribute(root.id(), "kind", text.id(), kind.data());
        attribute(root.id(), "format_version", H5T_NATIVE_UINT64, &checkpoint_format);
        attribute(root.id(), "sequence", H5T_NATIVE_INT64, &seal_.sequence);
    }
    for (std::size_t i = 0; i < content.parts.size(); ++i) {
        make_dataset(file.id(), content.parts[i].path, H5T_NATIVE_DOUBLE, content.parts[i].shape,
                     part_sums[i], nullptr);
    }
    for (const auto& [name, values] : content.reals) {
        make_small<double>(file.id(), "/reals/" + name, H5T_NATIVE_DOUBLE, values);
    }
    for (const auto& [name, values] : content.integers) {
        make_small<std::int64_t>(file.id(), "/integers/" + name, H5T_NATIVE_INT64, values);
    }
    for (const auto& [name, text] : content.texts) {
        make_small<char>(file.id(), "/texts/" + name, H5T_NATIVE_UCHAR, text);
    }
    check(H5Fflush(file.id(), H5F_SCOPE_GLOBAL), "H5Fflush");
    check(H5Fclose(file.release()), "H5Fclose");
    // HDF5 has made the file as long as it will be; now all of it has a place on the disk.
    const RawFile raw(path_, RawFile::Mode::write);
    raw.reserve(raw.size());
    raw.make_durable();
    seal_.hdf5_end = raw.size();
    return seal_;
}

} // namespace

std::uint64_t row_size(const CheckpointPart& part) {
    return product(std::span(part.shape).subspan(1));
}

std::uint64_t whole_size(const CheckpointPart& part) {
    return product(part.shape);
}

std::uint64_t estimated_bytes(const CheckpointContent& content) {
    std::uint64_t bytes = structure_bytes;
    for (const CheckpointPart& part : content.parts) {
        bytes += dataset_bytes + whole_size(part) * sizeof(double);
    }
    for (const auto& [name, values] : content.reals) {
        bytes += dataset_bytes + values.size() * sizeof(double);
    }
    for (const auto& [name, values] : content.integers) {
        bytes += dataset_bytes + values.size() * sizeof(std::int64_t);
    }
    for (const auto& [name, text] : content.texts) {
        bytes += dataset_bytes + text.size();
    }
    return bytes;
}

Seal make_structure(const std::string& path, std::int64_t sequence,
                    const CheckpointContent& content, const std::vector<std::uint64_t>& part_sums) {
    return Structure(path, sequence).make(content, part_sums);
}

} // namespace equipoise::io
