#include "equipoise/util/log.hpp"

#include <unistd.h>

#include <cstdio>
#include <string>

namespace equipoise::log {

namespace {

void write(std::FILE* stream, std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stream);
    std::fflush(stream);
}

} // namespace

void print(std::string_view text) {
    write(stdout, std::string(text) + "\n");
}

void draw(std::string_view text) {
    write(stdout, text);
}

void warn(std::string_view text) {
    write(stderr, "warning: " + std::string(text) + "\n");
}

void fail(std::string_view text) {
    write(stderr, "error: " + std::string(text) + "\n");
}

bool on_terminal() {
    return isatty(STDOUT_FILENO) == 1;
}

} // namespace equipoise::log
