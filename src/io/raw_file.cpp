#include "equipoise/io/raw_file.hpp"

#include "equipoise/util/errors.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace equipoise::io {

namespace {

constexpr double megabyte = 1e6;

int flags_of(RawFile::Mode mode) {
    switch (mode) {
    case RawFile::Mode::write:
        return O_RDWR;
    case RawFile::Mode::create:
        return O_RDWR | O_CREAT | O_TRUNC;
    case RawFile::Mode::read:
        break;
    }
    return O_RDONLY;
}

} // namespace

RawFile::RawFile(const std::string& path, Mode mode)
    : path_(path), descriptor_(::open(path.c_str(), flags_of(mode) | O_CLOEXEC, 0666)) {
    if (descriptor_ < 0) {
        fail(mode == Mode::create ? "make it" : "open it");
    }
}

RawFile::~RawFile() {
    ::close(descriptor_);
}

void RawFile::fail(const char* action) const {
    throw FileSystemError(fmt::format("{}: cannot {}: {}", path_, action, std::strerror(errno)));
}

std::uint64_t RawFile::size() const {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) {
        fail("find its size");
    }
    return static_cast<std::uint64_t>(status.st_size);
}

void RawFile::read(std::uint64_t address, std::span<std::byte> buffer) const {
    while (!buffer.empty()) {
        const ssize_t done =
            ::pread(descriptor_, buffer.data(), buffer.size(), static_cast<off_t>(address));
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done < 0) {
            fail("read it");
        }
        if (done == 0) {
            throw FileSystemError(fmt::format("{}: ends before byte {}", path_, address));
        }
        address += static_cast<std::uint64_t>(done);
        buffer = buffer.subspan(static_cast<std::size_t>(done));
    }
}

void RawFile::write(std::uint64_t address, std::span<const std::byte> bytes) const {
    while (!bytes.empty()) {
        const ssize_t done =
            ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(address));
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done < 0) {
            fail("write to it");
        }
        address += static_cast<std::uint64_t>(done);
        bytes = bytes.subspan(static_cast<std::size_t>(done));
    }
}

void RawFile::reserve(std::uint64_t bytes) const {
    // Not posix_fallocate: where the file system cannot reserve, it writes to every block instead.
    int status = 0;
    do {
        status = ::fallocate(descriptor_, 0, 0, static_cast<off_t>(bytes));
    } while (status != 0 && errno == EINTR);
    if (status == 0) {
        return;
    }
    if (errno != EOPNOTSUPP && errno != ENOSYS && errno != EINVAL) {
        fail("reserve space for it");
    }
    if (size() < bytes && ::ftruncate(descriptor_, static_cast<off_t>(bytes)) != 0) {
        fail("make it longer");
    }
}

void RawFile::make_durable() const {
    // Some file systems cannot sync and say EINVAL: nothing more can be done there.
    if (::fsync(descriptor_) != 0 && errno != EINVAL) {
        fail("make it durable");
    }
}

void require_space(const std::string& folder, std::uint64_t bytes) {
    const auto in_megabytes = [](std::uint64_t size) {
        return static_cast<double>(size) / megabyte;
    };
    struct statvfs system {};
    if (::statvfs(folder.c_str(), &system) != 0) {
        throw FileSystemError(
            fmt::format("{}: cannot find its free space: {}", folder, std::strerror(errno)));
    }
    const std::uint64_t free = std::uint64_t{system.f_bavail} * system.f_frsize;
    if (free < bytes) {
        throw FileSystemError(fmt::format("{}: {:.1f} MB are needed, but only {:.1f} MB are free",
                                          folder, in_megabytes(bytes), in_megabytes(free)));
    }
    struct rlimit limit {};
    if (::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
        limit.rlim_cur < bytes) {
        throw FileSystemError(fmt::format(
            "{}: a file of {:.1f} MB is to be written, but files may have only {:.1f} MB (ulimit "
            "-f)",
            folder, in_megabytes(bytes), in_megabytes(limit.rlim_cur)));
    }
}

void survive_file_size_limit() {
    std::signal(SIGXFSZ, SIG_IGN);
}

} // namespace equipoise::io
