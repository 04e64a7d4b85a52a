#include "equipoise/io/durable.hpp"

#include "equipoise/util/errors.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace equipoise::io {

namespace {

[[noreturn]] void fail(const std::string& path, const char* action) {
    throw FileSystemError(fmt::format("{}: cannot {}: {}", path, action, std::strerror(errno)));
}

void sync(const std::string& path, int flags) {
    const int file = ::open(path.c_str(), flags | O_CLOEXEC);
    if (file < 0) {
        fail(path, "open it to make it durable");
    }
    const int status = ::fsync(file);
    const int code = errno;
    ::close(file);
    errno = code;
    // Some file systems cannot sync a folder and say EINVAL: nothing more can be done there.
    if (status != 0 && code != EINVAL) {
        fail(path, "make it durable");
    }
}

} // namespace

std::string folder_of(const std::string& path) {
    const std::filesystem::path folder = std::filesystem::path(path).parent_path();
    return folder.empty() ? std::string(".") : folder.string();
}

void require_writable_folder(const std::string& path) {
    const std::string folder = folder_of(path);
    if (!std::filesystem::is_directory(folder)) {
        throw FileSystemError(fmt::format(
            "{}: the folder {} does not exist; make it, or change run.output", path, folder));
    }
    if (::access(folder.c_str(), W_OK | X_OK) != 0) {
        fail(folder, "write into it");
    }
    if (std::filesystem::is_directory(path)) {
        throw FileSystemError(fmt::format("{}: is a folder; change run.output", path));
    }
}

void make_durable(const std::string& path) {
    sync(path, O_RDONLY);
}

void rename_durably(const std::string& from, const std::string& to) {
    if (std::rename(from.c_str(), to.c_str()) != 0) {
        fail(to, "give the finished file this name");
    }
    sync(folder_of(to), O_RDONLY | O_DIRECTORY);
}

} // namespace equipoise::io
