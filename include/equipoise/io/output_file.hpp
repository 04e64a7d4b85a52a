#pragma once

#include "equipoise/io/hdf5_handle.hpp"
#include "equipoise/io/schema.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace equipoise::io {

/// Where an output file stands: what a checkpoint keeps of it, and a restart goes on from.
struct OutputPosition {
    std::string run_id; ///< the file's root attribute of this name
    /// Every growing dataset and coordinate, with the number of its records.
    std::vector<std::pair<std::string, std::int64_t>> records;
};

/// The output file of a run: made by rank 0, then open on all ranks. From its first flush on it is
/// `<path>.partial`, where it replaces what an earlier run left, and holds every record up to the
/// last flush, also if the run is killed at any moment (docs/restart.md); finish(true) gives it its
/// final name. All calls are collective; errors are FileSystemError.
class OutputFile {
  public:
    OutputFile(const parallel::Communicator& comm, const std::string& path, const Schema& schema);
    /// Goes on with the file of an earlier run, `<path>.partial`, or `path` when that run was
    /// complete (it becomes .partial again): records newer than the position are dropped. Throws
    /// InputError, the same on all ranks and before anything is changed, when there is no such
    /// file, it cannot be read, belongs to another run, or holds less than the position says.
    OutputFile(const parallel::Communicator& comm, const std::string& path,
               const OutputPosition& position);
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;
    /// When an exception unwinds past the file, it stays as at its last flush: closing it would
    /// write, where writing may have failed, and wait for ever for ranks that met no exception. So
    /// it is left open, to be forgotten at the end of the process (start_hdf5).
    ~OutputFile();

    /// The next record of a growing dataset, or the coordinate of a growing dimension. All ranks
    /// hold the same values; rank 0's are written.
    void append(const std::string& dataset, std::span<const double> values);
    void append(const std::string& dataset, double value) {
        append(dataset, std::span<const double>(&value, 1));
    }
    /// Each rank's part of the next record of a growing dataset (record, index): values at [offset,
    /// offset + size). Parts must cover the record; a rank may hold none.
    void append_part(const std::string& dataset, std::uint64_t offset,
                     std::span<const double> values);
    /// Each rank's box of the next record of a growing dataset (record, ...): from `start`, `count`
    /// long in every dimension after the first. Boxes must cover the record; a rank may hold none
    /// (a count of 0).
    void append_box(const std::string& dataset, const std::vector<hsize_t>& start,
                    const std::vector<hsize_t>& count, std::span<const double> values);
    /// Each rank's part of a dataset of fixed size (index).
    void write_part(const std::string& dataset, std::uint64_t offset,
                    std::span<const double> values);
    /// A whole dataset of fixed size; rank 0's values are written.
    void write(const std::string& dataset, std::span<const double> values);
    void write(const std::string& dataset, std::span<const std::int64_t> values);

    /// After this a reader sees all records so far, even if the run is killed.
    void flush();
    /// Flushes, and the file's content is on the disk when this returns: to be called before a
    /// checkpoint that refers to the file.
    void sync();
    /// Every growing dataset and coordinate with the number of its records, ordered by path.
    [[nodiscard]] std::vector<std::pair<std::string, std::int64_t>> records() const;
    /// Closes. complete: the file gets its final name; else it stays .partial. Returns the name it
    /// has.
    std::string finish(bool complete);
    /// Closes, as at the last flush: drops the records since then, and the whole file if there was
    /// no flush. Returns the name it has, or "".
    std::string abandon();

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

  private:
    struct Open {
        DatasetHandle handle;
        std::vector<hsize_t> extents;
        hsize_t flushed = 0;        ///< records at the last flush
        hsize_t rows_per_chunk = 0; ///< 0: not chunked
        hsize_t row_of_chunks = 0;  ///< at most so many bytes are added with a row of chunks
    };

    void open_file();
    /// Rank 0's view of the file's length.
    [[nodiscard]] std::uint64_t size_on_disk() const;
    /// Drops the records since the last flush.
    void take_back();
    /// Removes a file that has never been flushed.
    void remove_unshown() const;
    void set_complete(bool complete);
    Open& open(const std::string& dataset);
    /// Takes the space on the disk for all that HDF5 adds to the file until the next flush, before
    /// anything is written there: so all ranks learn of a full disk together, while the file is
    /// still whole.
    void reserve();
    /// Grows a dataset by one record and returns the record's number.
    hsize_t grow(const std::string& path, Open& dataset);
    /// A part of a dataset, or of its given record, in as many pieces as MPI-IO asks for.
    void write_slabs(Open& dataset, const std::vector<hsize_t>& record, std::uint64_t offset,
                     std::span<const double> values);
    void write_root(const std::string& dataset, hid_t type, const void* values, std::size_t size);
    template <class Result>
    Result check(Result result, const char* call) const {
        return check_hdf5(result, call, name_);
    }

    parallel::Communicator comm_;
    SilentErrors silent_;
    std::string path_, partial_;
    std::string name_; ///< on the disk now: partial_, or another name before the first flush
    FileHandle file_;
    std::map<std::string, Open> datasets_;
    std::map<std::string, std::int64_t> records_; ///< of the growing ones
    std::uint64_t length_ = 0;                    ///< rank 0: on the disk at the last flush
    std::uint64_t growth_ = 0;                    ///< what HDF5 has added to it since, at most
    int exceptions_;                              ///< under way when the file was made
};

} // namespace equipoise::io
