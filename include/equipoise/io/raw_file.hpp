#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace equipoise::io {

/// A file as bytes, beside HDF5: what must be known of a file before HDF5 may look at it. All
/// errors are FileSystemError.
class RawFile {
  public:
    enum class Mode { read, write, create };
    /// create: an existing file is emptied.
    RawFile(const std::string& path, Mode mode);
    RawFile(const RawFile&) = delete;
    RawFile& operator=(const RawFile&) = delete;
    ~RawFile();

    [[nodiscard]] std::uint64_t size() const;
    /// Fills the buffer; a file that ends before is an error.
    void read(std::uint64_t address, std::span<std::byte> buffer) const;
    void write(std::uint64_t address, std::span<const std::byte> bytes) const;
    /// Makes the file at least `bytes` long, on disk space that is then surely there (where the
    /// file system can promise it: else the file only grows).
    void reserve(std::uint64_t bytes) const;
    void make_durable() const;

  private:
    [[noreturn]] void fail(const char* action) const;

    std::string path_;
    int descriptor_ = -1;
};

/// Throws FileSystemError unless the file system of `folder` has room for `bytes` more and the
/// process may write files that large (ulimit -f).
void require_space(const std::string& folder, std::uint64_t bytes);
/// Beyond the limit of ulimit -f a write shall fail, with an error that can be told, not kill.
void survive_file_size_limit();

} // namespace equipoise::io
