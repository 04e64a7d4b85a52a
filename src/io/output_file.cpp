#include "equipoise/io/output_file.hpp"

#include "equipoise/io/continue_file.hpp"
#include "equipoise/io/create_file.hpp"
#include "equipoise/io/durable.hpp"
#include "equipoise/io/raw_file.hpp"
#include "equipoise/io/superblock.hpp"
#include "equipoise/io/together.hpp"
#include "equipoise/util/errors.hpp"

#include <exception>
#include <filesystem>
#include <system_error>

namespace equipoise::io {

namespace {

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
        try {
            create_file(name_, whole);
        } catch (const FileSystemError&) {
            remove_unshown();
            throw;
        }
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
        for (auto& [path, dataset] : datasets_) {
            static_cast<void>(dataset.handle.release());
        }
        static_cast<void>(file_.release());
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

void OutputFile::reserve() {
    on_root(comm_,
            [&] { RawFile(name_, RawFile::Mode::write).reserve(length_ + growth_ + spare_bytes); });
}

void OutputFile::flush() {
    // HDF5 writes its superblock, which tells how long the file is, last, and refuses to follow
    // what points beyond that end: a run killed in between would leave new chunks that cannot be
    // read. So the end is told first, and HDF5 then cuts it to size. (In parallel HDF5 does not
    // tell the size itself, so a bound must do.)
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
