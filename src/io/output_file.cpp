#include "equipoise/io/output_file.hpp"

#include "equipoise/io/continue_file.hpp"
#include "equipoise/io/create_file.hpp"
#include "equipoise/io/durable.hpp"
#include "equipoise/io/raw_file.hpp"
#include "equipoise/io/superblock.hpp"
#include "equipoise/io/together.hpp"
#include "equipoise/util/errors.hpp"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <functional>
#include <numeric>
#include <system_error>

namespace equipoise::io {

namespace {

/// MPI-IO in HDF5 1.10 cannot move 2 GiB or more at once from one rank.
constexpr hsize_t most_elements = hsize_t{1} << 27;

/// HDF5's index of chunks needs less than this for one chunk, even when each gets a node of its own
/// (of the size that files with few chunks have).
constexpr hsize_t index_bytes = hsize_t{1} << 14;
/// HDF5 takes space for metadata in blocks, and larger nodes: less than this between two flushes.
constexpr std::uint64_t spare_bytes = std::uint64_t{1} << 22;

/// Access to the open file by all ranks. HDF5 must write its metadata at our flushes and at no
/// other time, or a killed run could leave a file that mentions what was never written: the
/// metadata cache may not evict. And rank 0 alone must write them, so that they go to the file in
/// one order.
PropertiesHandle parallel_access(const parallel::Communicator& comm, const std::string& file) {
    PropertiesHandle access(EQUIPOISE_HDF5(file, H5Pcreate(H5P_FILE_ACCESS)));
    EQUIPOISE_HDF5(file, H5Pset_fapl_mpio(access.id(), comm.handle(), MPI_INFO_NULL));
    EQUIPOISE_HDF5(file, H5Pset_fclose_degree(access.id(), H5F_CLOSE_STRONG));
    H5AC_cache_config_t cache;
    cache.version = H5AC__CURR_CACHE_CONFIG_VERSION;
    EQUIPOISE_HDF5(file, H5Pget_mdc_config(access.id(), &cache));
    cache.evictions_enabled = false;
    cache.incr_mode = H5C_incr__off;
    cache.flash_incr_mode = H5C_flash_incr__off;
    cache.decr_mode = H5C_decr__off;
    cache.metadata_write_strategy = H5AC_METADATA_WRITE_STRATEGY__PROCESS_0_ONLY;
    EQUIPOISE_HDF5(file, H5Pset_mdc_config(access.id(), &cache));
    return access;
}

} // namespace

OutputFile::OutputFile(const parallel::Communicator& comm, const std::string& path,
                       const Schema& schema)
    : comm_(comm), path_(path), partial_(path + ".partial"), name_(partial_ + ".new"),
      exceptions_(std::uncaught_exceptions()) {
    survive_file_size_limit();
    on_root(comm_, [&] {
        require_writable_folder(path_);
        Schema whole = schema;
        whole.attributes.emplace_back("complete", std::int64_t{0});
        create_file(name_, whole);
    });
    for (const Dimension& dimension : schema.dimensions) {
        if (!dimension.size) {
            records_[dimension.path] = 0;
        }
    }
    for (const Dataset& dataset : schema.datasets) {
        if (!dataset.dimensions.empty() && records_.contains(dataset.dimensions[0])) {
            records_[dataset.path] = 0;
        }
    }
    open_file();
}

OutputFile::OutputFile(const parallel::Communicator& comm, const std::string& path,
                       const OutputPosition& position)
    : comm_(comm), path_(path), partial_(path + ".partial"), name_(partial_),
      records_(position.records.begin(), position.records.end()),
      exceptions_(std::uncaught_exceptions()) {
    survive_file_size_limit();
    std::string problem;
    std::string found = partial_;
    if (comm_.is_root()) {
        problem = why_not_continued(partial_, position);
        // A complete run has given its file the final name.
        if (!problem.empty() && why_not_continued(path_, position).empty()) {
            problem.clear();
            found = path_;
        } else if (!problem.empty() && !std::filesystem::exists(partial_)) {
            problem = why_not_continued(path_, position);
        }
    }
    problem = comm_.broadcast(problem);
    if (!problem.empty()) {
        throw InputError({{{path_, 0, "", ""},
                           "this output cannot be continued: " + problem,
                           "give a new file by --run.output=..."}});
    }
    on_root(comm_, [&] {
        if (found != partial_) {
            rename_durably(found, partial_);
        }
        cut_back(partial_, position);
    });
    open_file();
}

void OutputFile::open_file() {
    const PropertiesHandle access = parallel_access(comm_, name_);
    file_ = FileHandle(check(H5Fopen(name_.c_str(), H5F_ACC_RDWR, access.id()), "H5Fopen"));
    on_root(comm_, [&] { length_ = size_on_disk(); });
}

std::uint64_t OutputFile::size_on_disk() const {
    return RawFile(name_, RawFile::Mode::read).size();
}

OutputFile::~OutputFile() {
    if (file_.id() < 0) {
        return;
    }
    if (std::uncaught_exceptions() > exceptions_) {
        if (comm_.size() > 1) {
            for (auto& [path, dataset] : datasets_) {
                static_cast<void>(dataset.handle.release());
            }
            static_cast<void>(file_.release());
        } else {
            try {
                take_back();
            } catch (const FileSystemError&) { // NOLINT(bugprone-empty-catch)
                // Nothing better can be done; the exception under way is told.
            }
        }
    }
    remove_unshown();
}

void OutputFile::take_back() {
    for (auto& [path, dataset] : datasets_) {
        if (dataset.extents.empty() || dataset.extents[0] == dataset.flushed) {
            continue;
        }
        dataset.extents[0] = dataset.flushed;
        records_.at(path) = static_cast<std::int64_t>(dataset.flushed);
        check_hdf5(H5Dset_extent(dataset.handle.id(), dataset.extents.data()), "H5Dset_extent",
                   name_ + path);
    }
}

void OutputFile::remove_unshown() const {
    if (comm_.is_root() && name_ != partial_) {
        std::error_code ignored;
        std::filesystem::remove(name_, ignored);
    }
}

std::string OutputFile::abandon() {
    take_back();
    datasets_.clear();
    check(H5Fclose(file_.release()), "H5Fclose");
    comm_.barrier();
    remove_unshown();
    return name_ == partial_ ? partial_ : std::string{};
}

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
    const PropertiesHandle properties(
        check(H5Dget_create_plist(opened.handle.id()), "H5Dget_create_plist"));
    if (check(H5Pget_layout(properties.id()), "H5Pget_layout") == H5D_CHUNKED) {
        std::vector<hsize_t> chunk(opened.extents.size());
        check(H5Pget_chunk(properties.id(), static_cast<int>(chunk.size()), chunk.data()),
              "H5Pget_chunk");
        const TypeHandle type(check(H5Dget_type(opened.handle.id()), "H5Dget_type"));
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
    }
    check_hdf5(H5Dset_extent(dataset.handle.id(), dataset.extents.data()), "H5Dset_extent",
               name_ + path);
    return record;
}

void OutputFile::write_block(Open& dataset, const std::vector<hsize_t>& start,
                             const std::vector<hsize_t>& count, hid_t type, const void* values,
                             bool mine, bool collective) {
    const SpaceHandle in_file(check(H5Dget_space(dataset.handle.id()), "H5Dget_space"));
    const SpaceHandle in_memory(
        check(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr),
              "H5Screate_simple"));
    if (mine) {
        check(H5Sselect_hyperslab(in_file.id(), H5S_SELECT_SET, start.data(), nullptr, count.data(),
                                  nullptr),
              "H5Sselect_hyperslab");
    } else {
        check(H5Sselect_none(in_file.id()), "H5Sselect_none");
        check(H5Sselect_none(in_memory.id()), "H5Sselect_none");
    }
    const PropertiesHandle transfer(check(H5Pcreate(H5P_DATASET_XFER), "H5Pcreate"));
    check(
        H5Pset_dxpl_mpio(transfer.id(), collective ? H5FD_MPIO_COLLECTIVE : H5FD_MPIO_INDEPENDENT),
        "H5Pset_dxpl_mpio");
    check(H5Dwrite(dataset.handle.id(), type, in_memory.id(), in_file.id(), transfer.id(), values),
          "H5Dwrite");
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
    write_block(dataset, start, count, H5T_NATIVE_DOUBLE, values.data(), true, false);
}

void OutputFile::append_part(const std::string& path, std::uint64_t offset,
                             std::span<const double> values) {
    Open& dataset = open(path);
    const hsize_t record = grow(path, dataset);
    const auto slabs =
        comm_.max(static_cast<std::int64_t>((values.size() + most_elements - 1) / most_elements));
    for (std::int64_t slab = 0; slab < slabs; ++slab) {
        const hsize_t begin =
            std::min<hsize_t>(static_cast<hsize_t>(slab) * most_elements, values.size());
        const hsize_t size = std::min<hsize_t>(most_elements, values.size() - begin);
        write_block(dataset, {record, offset + begin}, {1, std::max<hsize_t>(size, 1)},
                    H5T_NATIVE_DOUBLE, values.data() + begin, size > 0, true);
    }
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
    for (const hsize_t length : count) {
        extent.push_back(std::max<hsize_t>(length, 1)); // a space of no elements cannot be made
    }
    write_block(dataset, from, extent, H5T_NATIVE_DOUBLE, values.data(), size > 0, true);
}

void OutputFile::write_part(const std::string& path, std::uint64_t offset,
                            std::span<const double> values) {
    Open& dataset = open(path);
    const auto slabs =
        comm_.max(static_cast<std::int64_t>((values.size() + most_elements - 1) / most_elements));
    for (std::int64_t slab = 0; slab < slabs; ++slab) {
        const hsize_t begin =
            std::min<hsize_t>(static_cast<hsize_t>(slab) * most_elements, values.size());
        const hsize_t size = std::min<hsize_t>(most_elements, values.size() - begin);
        write_block(dataset, {offset + begin}, {std::max<hsize_t>(size, 1)}, H5T_NATIVE_DOUBLE,
                    values.data() + begin, size > 0, true);
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
    write_block(dataset, std::vector<hsize_t>(dataset.extents.size(), 0), dataset.extents, type,
                values, true, false);
}

void OutputFile::write(const std::string& dataset, std::span<const double> values) {
    write_root(dataset, H5T_NATIVE_DOUBLE, values.data(), values.size());
}

void OutputFile::write(const std::string& dataset, std::span<const std::int64_t> values) {
    write_root(dataset, H5T_NATIVE_INT64, values.data(), values.size());
}

void OutputFile::flush() {
    // HDF5 writes its superblock, which tells how long the file is, last, and refuses to follow
    // what points beyond that end: a run killed in between would leave new chunks that cannot be
    // read. So the end is told first, and HDF5 then cuts it to size. (In parallel HDF5 does not
    // tell the size itself, so a bound must do.) This also finds a full disk while the file is
    // still whole.
    on_root(comm_, [&] {
        if (growth_ > 0) {
            lengthen(name_, length_ + growth_ + spare_bytes);
        }
    });
    check(H5Fflush(file_.id(), H5F_SCOPE_GLOBAL), "H5Fflush");
    for (auto& [path, dataset] : datasets_) {
        dataset.flushed = dataset.extents.empty() ? 0 : dataset.extents[0];
    }
    growth_ = 0;
    on_root(comm_, [&] { length_ = size_on_disk(); });
    if (name_ != partial_) {
        // The first flush writes the indices of chunks, in no order that a kill would respect: it
        // goes to a file under another name.
        on_root(comm_, [&] { rename_durably(name_, partial_); });
        name_ = partial_;
    }
}

void OutputFile::sync() {
    flush();
    // By all ranks: each one's machine may hold data that no other can flush.
    together(comm_, [&] { make_durable(name_); });
}

std::vector<std::pair<std::string, std::int64_t>> OutputFile::records() const {
    return {records_.begin(), records_.end()};
}

void OutputFile::set_complete(bool complete) {
    const std::int64_t value = complete ? 1 : 0;
    const AttributeHandle attribute(
        check(H5Aopen_by_name(file_.id(), "/", "complete", H5P_DEFAULT, H5P_DEFAULT), "H5Aopen"));
    check(H5Awrite(attribute.id(), H5T_NATIVE_INT64, &value), "H5Awrite");
}

std::string OutputFile::finish(bool complete) {
    flush(); // before it says that it is complete
    set_complete(complete);
    flush();
    datasets_.clear();
    check(H5Fclose(file_.release()), "H5Fclose");
    comm_.barrier();
    on_root(comm_, [&] {
        make_durable(partial_);
        if (complete) {
            rename_durably(partial_, path_);
        }
    });
    return complete ? path_ : partial_;
}

} // namespace equipoise::io
