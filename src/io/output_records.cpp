// The records of an output file, and what it holds beside them; its life is in output_file.cpp.
#include "equipoise/io/hdf5_write.hpp"
#include "equipoise/io/output_file.hpp"
#include "equipoise/util/errors.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

namespace equipoise::io {

namespace {

/// MPI-IO in HDF5 1.10 cannot move 2 GiB or more at once from one rank.
constexpr hsize_t most_elements = hsize_t{1} << 27;

/// HDF5's index of chunks needs less than this for one chunk, even when each gets a node of its own
/// (of the size that files with few chunks have).
constexpr hsize_t index_bytes = hsize_t{1} << 14;

} // namespace

OutputFile::Open& OutputFile::open(const std::string& dataset) {
    const auto found = datasets_.find(dataset);
    if (found != datasets_.end()) {
        return found->second;
    }
    Open opened;
    opened.handle =
        DatasetHandle(check(H5Dopen2(file_.id(), dataset.c_str(), H5P_DEFAULT), "H5Dopen"));
    const SpaceHandle space(check(H5Dget_space(opened.handle.id()), "H5Dget_space"));
    opened.extents.resize(static_cast<std::size_t>(
        check(H5Sget_simple_extent_ndims(space.id()), "H5Sget_simple_extent_ndims")));
    check(H5Sget_simple_extent_dims(space.id(), opened.extents.data(), nullptr),
          "H5Sget_simple_extent_dims");
    opened.flushed = opened.extents.empty() ? 0 : opened.extents[0];
    const TypeHandle type(check(H5Dget_type(opened.handle.id()), "H5Dget_type"));
    const PropertiesHandle properties(
        check(H5Dget_create_plist(opened.handle.id()), "H5Dget_create_plist"));
    if (check(H5Pget_layout(properties.id()), "H5Pget_layout") == H5D_CHUNKED) {
        std::vector<hsize_t> chunk(opened.extents.size());
        check(H5Pget_chunk(properties.id(), static_cast<int>(chunk.size()), chunk.data()),
              "H5Pget_chunk");
        hsize_t chunks = 1;
        hsize_t bytes = H5Tget_size(type.id()) * chunk[0];
        for (std::size_t i = 1; i < chunk.size(); ++i) {
            chunks *= (opened.extents[i] + chunk[i] - 1) / chunk[i];
            bytes *= chunk[i];
        }
        opened.rows_per_chunk = chunk[0];
        opened.row_of_chunks = chunks * (bytes + index_bytes);
    }
    return datasets_.emplace(dataset, std::move(opened)).first->second;
}

hsize_t OutputFile::grow(const std::string& path, Open& dataset) {
    const hsize_t record = dataset.extents[0]++;
    ++records_.at(path);
    if (dataset.rows_per_chunk > 0 && record % dataset.rows_per_chunk == 0) {
        growth_ += dataset.row_of_chunks;
        reserve();
    }
    check_hdf5(H5Dset_extent(dataset.handle.id(), dataset.extents.data()), "H5Dset_extent",
               name_ + path);
    return record;
}

void OutputFile::append(const std::string& path, std::span<const double> values) {
    Open& dataset = open(path);
    const hsize_t record = grow(path, dataset);
    if (!comm_.is_root()) {
        return;
    }
    std::vector<hsize_t> start(dataset.extents.size(), 0);
    std::vector<hsize_t> count = dataset.extents;
    start[0] = record;
    count[0] = 1;
    const hsize_t size =
        std::accumulate(count.begin(), count.end(), hsize_t{1}, std::multiplies<>());
    ensure(size == values.size(), "a record has the size of its dataset's");
    write_block(dataset.handle.id(), name_, start, count, H5T_NATIVE_DOUBLE, values.data(),
                Transfer::independent);
}

void OutputFile::append_part(const std::string& path, std::uint64_t offset,
                             std::span<const double> values) {
    Open& dataset = open(path);
    write_slabs(dataset, {grow(path, dataset)}, offset, values);
}

void OutputFile::append_box(const std::string& path, const std::vector<hsize_t>& start,
                            const std::vector<hsize_t>& count, std::span<const double> values) {
    Open& dataset = open(path);
    const hsize_t size =
        std::accumulate(count.begin(), count.end(), hsize_t{1}, std::multiplies<>());
    ensure(size == values.size(), "a box holds as many values as it has places");
    std::vector<hsize_t> from{grow(path, dataset)};
    std::vector<hsize_t> extent{1};
    from.insert(from.end(), start.begin(), start.end());
    extent.insert(extent.end(), count.begin(), count.end());
    write_block(dataset.handle.id(), name_, from, extent, H5T_NATIVE_DOUBLE, values.data(),
                Transfer::collective);
}

void OutputFile::write_part(const std::string& path, std::uint64_t offset,
                            std::span<const double> values) {
    write_slabs(open(path), {}, offset, values);
}

void OutputFile::write_slabs(Open& dataset, const std::vector<hsize_t>& record,
                             std::uint64_t offset, std::span<const double> values) {
    const auto slabs =
        comm_.max(static_cast<std::int64_t>((values.size() + most_elements - 1) / most_elements));
    for (std::int64_t slab = 0; slab < slabs; ++slab) {
        const hsize_t begin =
            std::min<hsize_t>(static_cast<hsize_t>(slab) * most_elements, values.size());
        const hsize_t size = std::min<hsize_t>(most_elements, values.size() - begin);
        std::vector<hsize_t> start = record;
        std::vector<hsize_t> count(record.size(), 1);
        start.push_back(offset + begin);
        count.push_back(size);
        write_block(dataset.handle.id(), name_, start, count, H5T_NATIVE_DOUBLE,
                    values.data() + begin, Transfer::collective);
    }
}

void OutputFile::write_root(const std::string& path, hid_t type, const void* values,
                            std::size_t size) {
    Open& dataset = open(path);
    if (!comm_.is_root()) {
        return;
    }
    const hsize_t elements = std::accumulate(dataset.extents.begin(), dataset.extents.end(),
                                             hsize_t{1}, std::multiplies<>());
    ensure(elements == size, "a dataset is written whole");
    write_block(dataset.handle.id(), name_, std::vector<hsize_t>(dataset.extents.size(), 0),
                dataset.extents, type, values, Transfer::independent);
}

void OutputFile::write(const std::string& dataset, std::span<const double> values) {
    write_root(dataset, H5T_NATIVE_DOUBLE, values.data(), values.size());
}

void OutputFile::write(const std::string& dataset, std::span<const std::int64_t> values) {
    write_root(dataset, H5T_NATIVE_INT64, values.data(), values.size());
}

} // namespace equipoise::io
