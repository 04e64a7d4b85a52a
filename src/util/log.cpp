#include "equipoise/util/log.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace equipoise::log {

namespace {

void write(std::FILE* stream, std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stream);
    std::fflush(stream);
}

} // namespace

void print(std::string_view text) {
    write(stdout, fmt::format("{}\n", text));
}

void draw(std::string_view text) {
    write(stdout, text);
}

void warn(std::string_view text) {
    write(stderr, fmt::format("warning: {}\n", text));
}

void fail(std::string_view text) {
    write(stderr, fmt::format("error: {}\n", text));
}

bool on_terminal() {
    if (isatty(STDOUT_FILENO) != 1) {
        return false;
    }
    // Open MPI's mpirun reads its ranks through terminals of its own: what counts is where its
    // output goes. A rank whose parent is not mpirun itself (another node's daemon) sees no
    // terminal there either.
    if (std::getenv("OMPI_COMM_WORLD_RANK") == nullptr) {
        return true;
    }
    std::error_code error;
    const std::filesystem::path target = std::filesystem::read_symlink(
        fmt::format("/proc/{}/fd/{}", getppid(), STDOUT_FILENO), error);
    const std::string name = target.string();
    return !error && (name.starts_with("/dev/pts/") || name.starts_with("/dev/tty"));
}

} // namespace equipoise::log
