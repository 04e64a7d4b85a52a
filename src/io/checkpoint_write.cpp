#include "equipoise/io/checkpoint.hpp"
#include "equipoise/io/checkpoint_folder.hpp"
#include "equipoise/io/checkpoint_structure.hpp"
#include "equipoise/io/checksum.hpp"
#include "equipoise/io/durable.hpp"
#include "equipoise/io/hdf5_handle.hpp"
#include "equipoise/io/hdf5_write.hpp"
#include "equipoise/io/raw_file.hpp"
#include "equipoise/io/together.hpp"
#include "equipoise/util/stopwatch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <span>
#include <system_error>

namespace equipoise::io {

namespace {

/// One checkpoint being written under its temporary name.
class Writing {
  public:
    Writing(const parallel::Communicator& comm, const CheckpointContent& content,
            std::string partial, std::int64_t sequence)
        : comm_(comm), content_(content), partial_(std::move(partial)), sequence_(sequence) {}

    void run(std::uint64_t slab_bytes);

  private:
    template <class Result>
    Result check(Result result, const char* call) const {
        return check_hdf5(result, call, partial_);
    }

    void sum_parts();
    void require_room() const;
    void write_parts(std::uint64_t slab_bytes);
    void write_part(hid_t file, const CheckpointPart& part, std::uint64_t slab_bytes);
    void write_slab(hid_t dataset, const CheckpointPart& part, std::uint64_t first,
                    std::uint64_t rows) const;
    void seal();
    void verify() const;

    const parallel::Communicator& comm_;
    const CheckpointContent& content_;
    std::string partial_;
    std::vector<std::uint64_t> sums_; ///< of the parts, as they are in memory
    std::int64_t sequence_;
    Seal seal_; ///< rank 0's
};

void Writing::sum_parts() {
    for (const CheckpointPart& part : content_.parts) {
        ensure(!part.shape.empty() && part.rows * row_size(part) == part.values.size(),
               "a part of a checkpoint holds as many values as it has places");
        ensure(part.offset + part.rows <= part.shape[0], "a part lies within its dataset");
        sums_.push_back(wrapping_sum(comm_, checksum_piece(std::as_bytes(part.values),
                                                           part.offset * row_size(part))) +
                        checksum_length(whole_size(part) * sizeof(double)));
    }
}

void Writing::require_room() const {
    const std::uint64_t bytes = estimated_bytes(content_);
    const std::string folder = folder_of(partial_);
    together(comm_, [&] { require_space(folder, bytes); });
    on_root(comm_, [&] { RawFile(partial_, RawFile::Mode::create).reserve(bytes); });
}

void Writing::write_slab(hid_t dataset, const CheckpointPart& part, std::uint64_t first,
                         std::uint64_t rows) const {
    std::vector<hsize_t> start(part.shape.size(), 0);
    std::vector<hsize_t> count(part.shape.begin(), part.shape.end());
    start[0] = part.offset + first;
    count[0] = rows;
    // Each rank's rows are one stretch of the file: MPI's two phases would only copy them, and wait
    // for ever for a rank whose write failed.
    write_block(dataset, partial_, start, count, H5T_NATIVE_DOUBLE,
                part.values.data() + first * row_size(part), Transfer::side_by_side);
}

void Writing::write_part(hid_t file, const CheckpointPart& part, std::uint64_t slab_bytes) {
    const std::uint64_t row_bytes = row_size(part) * sizeof(double);
    if (part.shape[0] == 0 || row_bytes == 0) {
        return;
    }
    const std::uint64_t slab_rows = std::max<std::uint64_t>(1, slab_bytes / row_bytes);
    const auto slabs =
        comm_.max(static_cast<std::int64_t>((part.rows + slab_rows - 1) / slab_rows));
    DatasetHandle dataset;
    together(comm_, [&] {
        dataset = DatasetHandle(check(H5Dopen2(file, part.path.c_str(), H5P_DEFAULT), "H5Dopen"));
    });
    for (std::int64_t slab = 0; slab < slabs; ++slab) {
        const std::uint64_t first =
            std::min(part.rows, static_cast<std::uint64_t>(slab) * slab_rows);
        together(comm_, [&] {
            write_slab(dataset.id(), part, first, std::min(slab_rows, part.rows - first));
        });
    }
}

void Writing::write_parts(std::uint64_t slab_bytes) {
    // Opening is collective in MPI and in HDF5: a rank that cannot must be known before.
    together(comm_, [&] { const RawFile can_be_opened(partial_, RawFile::Mode::write); });
    FileHandle file;
    const auto open = [&] {
        const PropertiesHandle access(check(H5Pcreate(H5P_FILE_ACCESS), "H5Pcreate"));
        check(H5Pset_libver_bounds(access.id(), H5F_LIBVER_V110, H5F_LIBVER_V110),
              "H5Pset_libver_bounds");
        check(H5Pset_fapl_mpio(access.id(), comm_.handle(), MPI_INFO_NULL), "H5Pset_fapl_mpio");
        check(H5Pset_fclose_degree(access.id(), H5F_CLOSE_STRONG), "H5Pset_fclose_degree");
        file = FileHandle(check(H5Fopen(partial_.c_str(), H5F_ACC_RDWR, access.id()), "H5Fopen"));
    };
    try {
        together(comm_, open);
    } catch (const FileSystemError&) {
        // Closing is collective too: a rank that has the file open must not wait for one that has
        // not.
        static_cast<void>(file.release());
        throw;
    }
    for (const CheckpointPart& part : content_.parts) {
        write_part(file.id(), part, slab_bytes);
    }
    together(comm_, [&] { check(H5Fflush(file.id(), H5F_SCOPE_GLOBAL), "H5Fflush"); });
    together(comm_, [&] { check(H5Fclose(file.release()), "H5Fclose"); });
    // Each rank's machine may hold data that no other one can flush.
    together(comm_, [&] { make_durable(partial_); });
}

void Writing::seal() {
    auto end = static_cast<std::int64_t>(seal_.hdf5_end);
    comm_.broadcast(std::span<std::int64_t>(&end, 1));
    seal_.sum = file_checksum(comm_, partial_, header_bytes,
                              static_cast<std::uint64_t>(end) - header_bytes);
    on_root(comm_, [&] { write_seal(partial_, seal_); });
}

void Writing::verify() const {
    try {
        const CheckpointReader reader(comm_, partial_);
        // The seal holds the file's checksum as it is on the disk, but the datasets' as they are in
        // memory.
        const std::vector<std::string> damaged = damaged_datasets(comm_, partial_, reader.seal());
        if (!damaged.empty()) {
            throw CommonFileSystemError(
                fmt::format("{}: what was written is not what is read again: {}", partial_,
                            fmt::join(damaged, ", ")));
        }
    } catch (const InputError& error) {
        throw CommonFileSystemError(std::string("what was written cannot be read again: ") +
                                    error.what());
    }
}

void Writing::run(std::uint64_t slab_bytes) {
    sum_parts();
    require_room();
    on_root(comm_, [&] { seal_ = make_structure(partial_, sequence_, content_, sums_); });
    write_parts(slab_bytes);
    seal();
    verify();
}

/// What is left to do when a checkpoint is in its place; says what failed. Older ones are only
/// removed when `latest` names none of them.
std::string finish(const std::string& folder, const std::string& path, std::int64_t sequence,
                   std::int64_t keep) {
    try {
        write_pointer(folder, path);
        remove_older(folder, sequence, keep);
    } catch (const FileSystemError& error) {
        return error.what();
    } catch (const std::filesystem::filesystem_error& error) {
        return error.what();
    }
    return {};
}

} // namespace

CheckpointWriteReport write_checkpoint(const parallel::Communicator& comm,
                                       const std::string& folder, std::int64_t sequence,
                                       const CheckpointContent& content, std::int64_t keep,
                                       std::uint64_t slab_bytes) {
    ensure(keep >= 1, "at least the last checkpoint is kept");
    const Stopwatch watch;
    const SilentErrors silent;
    survive_file_size_limit();
    CheckpointWriteReport report;
    report.path = checkpoint_path(folder, sequence);
    const std::string partial = temporary_name(report.path);
    on_root(comm, [&] { remove_temporary_files(folder); });
    std::int64_t bytes = 0;
    try {
        Writing(comm, content, partial, sequence).run(slab_bytes);
        on_root(comm, [&] {
            bytes = static_cast<std::int64_t>(std::filesystem::file_size(partial));
            rename_durably(partial, report.path);
        });
    } catch (const FileSystemError&) {
        if (comm.is_root()) {
            std::error_code ignored;
            std::filesystem::remove(partial, ignored);
        }
        comm.barrier();
        throw;
    }
    comm.broadcast(std::span<std::int64_t>(&bytes, 1));
    report.bytes = static_cast<std::uint64_t>(bytes);
    if (comm.is_root()) {
        report.unfinished = finish(folder, report.path, sequence, keep);
    }
    report.unfinished = comm.broadcast(report.unfinished);
    report.seconds = watch.seconds();
    return report;
}

} // namespace equipoise::io
