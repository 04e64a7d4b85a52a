// Stands before the C library's functions of the same names: an executable's are found first.
#include "recorded_calls.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace recorded {

namespace {

int log_file = -1; // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

template <class Function>
Function original(const char* name) {
    return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

/// An output file under the names it has while it is not complete.
bool is_output(std::string_view path) {
    return path.ends_with(".h5.partial") || path.ends_with(".h5.partial.new");
}

bool is_output(int descriptor) {
    if (log_file < 0) {
        return false;
    }
    std::array<char, PATH_MAX> path{};
    const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
    const ssize_t length = readlink(link.c_str(), path.data(), path.size());
    return length > 0 && is_output(std::string_view(path.data(), static_cast<std::size_t>(length)));
}

/// One call of the system for each entry, at the end of the log: those of other ranks do not mix
/// with it.
void enter(Kind kind, off_t place, const void* data, std::size_t bytes) {
    std::array<long, 3> head{static_cast<long>(kind), place, static_cast<long>(bytes)};
    const std::array<iovec, 2> parts{
        iovec{head.data(), sizeof(head)},
        iovec{const_cast<void*>(data), bytes}}; // NOLINT(cppcoreguidelines-pro-type-const-cast)
    if (original<decltype(&writev)>("writev")(log_file, parts.data(), parts.size()) !=
        static_cast<ssize_t>(sizeof(head) + bytes)) {
        std::abort();
    }
}

} // namespace

void record_calls(const std::string& log) {
    log_file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (log_file < 0) {
        std::abort();
    }
}

void mark(const std::string& text) {
    enter(Kind::mark, 0, text.data(), text.size());
}

} // namespace recorded

using recorded::enter;
using recorded::is_output;
using recorded::Kind;
using recorded::original;

namespace {

ssize_t recorded_pwrite(const char* name, int file, const void* data, std::size_t bytes, off_t at) {
    if (is_output(file)) {
        enter(Kind::write, at, data, bytes);
    }
    return original<decltype(&pwrite)>(name)(file, data, bytes, at);
}

ssize_t recorded_pwritev(const char* name, int file, const iovec* parts, int count, off_t at) {
    if (is_output(file)) {
        std::vector<char> all;
        for (int i = 0; i < count; ++i) {
            const char* begin = static_cast<const char*>(parts[i].iov_base);
            all.insert(all.end(), begin, begin + parts[i].iov_len);
        }
        enter(Kind::write, at, all.data(), all.size());
    }
    return original<decltype(&pwritev)>(name)(file, parts, count, at);
}

int recorded_truncate(const char* name, int file, off_t length) {
    if (is_output(file)) {
        enter(Kind::resize, length, nullptr, 0);
    }
    return original<decltype(&ftruncate)>(name)(file, length);
}

int recorded_allocate(const char* name, int file, int mode, off_t at, off_t length) {
    struct stat status {};
    if (is_output(file) && fstat(file, &status) == 0 && status.st_size < at + length) {
        enter(Kind::resize, at + length, nullptr, 0);
    }
    return original<decltype(&fallocate)>(name)(file, mode, at, length);
}

} // namespace

extern "C" {

ssize_t pwrite(int file, const void* data, size_t bytes, off_t at) {
    return recorded_pwrite("pwrite", file, data, bytes, at);
}
ssize_t pwrite64(int file, const void* data, size_t bytes, off64_t at) {
    return recorded_pwrite("pwrite64", file, data, bytes, at);
}
ssize_t pwritev(int file, const iovec* parts, int count, off_t at) {
    return recorded_pwritev("pwritev", file, parts, count, at);
}
ssize_t pwritev64(int file, const iovec* parts, int count, off64_t at) {
    return recorded_pwritev("pwritev64", file, parts, count, at);
}
int ftruncate(int file, off_t length) noexcept {
    return recorded_truncate("ftruncate", file, length);
}
int ftruncate64(int file, off64_t length) noexcept {
    return recorded_truncate("ftruncate64", file, length);
}
int fallocate(int file, int mode, off_t at, off_t length) {
    return recorded_allocate("fallocate", file, mode, at, length);
}
int fallocate64(int file, int mode, off64_t at, off64_t length) {
    return recorded_allocate("fallocate64", file, mode, at, length);
}

// What would not be recorded must not happen unseen.
ssize_t write(int file, const void* data, size_t bytes) {
    if (is_output(file)) {
        std::abort();
    }
    return original<decltype(&::write)>("write")(file, data, bytes);
}
ssize_t writev(int file, const iovec* parts, int count) {
    if (is_output(file)) {
        std::abort();
    }
    return original<decltype(&::writev)>("writev")(file, parts, count);
}

int rename(const char* from, const char* to) noexcept {
    if (recorded::is_output(std::string_view(to))) {
        enter(Kind::show, 0, nullptr, 0);
    }
    return original<int (*)(const char*, const char*)>("rename")(from, to);
}
}
