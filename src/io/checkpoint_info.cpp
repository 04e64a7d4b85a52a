#include "equipoise/io/checkpoint.hpp"
#include "equipoise/io/file_info.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <iterator>
#include <string_view>

namespace equipoise::io {

namespace {

/// By its first bytes; false for what cannot be read.
bool is_checkpoint(const std::string& path) {
    return std::filesystem::is_regular_file(path) && !read_seal(path).foreign;
}

constexpr std::size_t longest_line = 60; ///< texts longer than this, or of several lines, come last

std::string describe(const CheckpointReader& checkpoint) {
    std::string text;
    const auto out = std::back_inserter(text);
    fmt::format_to(out,
                   "{}: checkpoint of equipoise, number {}\nchecksums right: the whole file, and "
                   "each of {} datasets\n",
                   checkpoint.path(), checkpoint.sequence(), checkpoint.seal().regions.size());
    std::string long_texts;
    for (const auto& [name, value] : checkpoint.texts()) {
        if (value.size() <= longest_line && value.find('\n') == std::string::npos) {
            fmt::format_to(out, "{:<24} {}\n", name, value);
        } else {
            fmt::format_to(std::back_inserter(long_texts), "\n{}\n\n{}\n", name, value);
        }
    }
    const auto list = [&](const auto& named, std::string_view format) {
        constexpr std::size_t shown = 4;
        for (const auto& [name, values] : named) {
            fmt::format_to(out, "{:<24} ", name);
            if (values.size() <= shown) {
                fmt::format_to(out, fmt::runtime(format), fmt::join(values, " "));
            } else {
                fmt::format_to(out, "{} values", values.size());
            }
            text += '\n';
        }
    };
    list(checkpoint.all_reals(), "{:g}");
    list(checkpoint.all_integers(), "{}");
    fmt::format_to(out, "\n{:<36} {}\n", "dataset", "shape");
    for (const auto& [path, part] : checkpoint.parts()) {
        fmt::format_to(out, "{:<36} ({})\n", path, fmt::join(part.shape, ", "));
    }
    return text + long_texts;
}

} // namespace

std::string describe_file(const std::string& path) {
    if (is_checkpoint(path)) {
        return describe(CheckpointReader(parallel::Communicator(MPI_COMM_SELF), path));
    }
    return describe(file_info(path));
}

} // namespace equipoise::io
