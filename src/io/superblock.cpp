#include "equipoise/io/superblock.hpp"

#include "equipoise/io/raw_file.hpp"
#include "equipoise/util/errors.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace equipoise::io {

namespace {

// HDF5 File Format Specification 1.1, II.A: signature, versions, sizes of offsets and lengths, ...
constexpr std::string_view signature = "\x89HDF\r\n\x1a\n";
constexpr std::size_t version_at = 8;
constexpr std::size_t size_of_offsets_at = 13;
/// Where the end-of-file address stands, by version of the superblock.
constexpr std::array<std::uint64_t, 2> end_at{40, 44};

void set_end(const RawFile& file, const std::string& path, std::uint64_t end) {
    std::array<std::byte, 16> head{};
    file.read(0, head);
    const auto byte = [&head](std::size_t at) { return std::to_integer<std::size_t>(head.at(at)); };
    bool known = byte(version_at) < end_at.size() && byte(size_of_offsets_at) == sizeof(end);
    for (std::size_t i = 0; i < signature.size(); ++i) {
        known = known && byte(i) == static_cast<unsigned char>(signature[i]);
    }
    if (!known) {
        throw FileSystemError(path + ": its beginning is not that of an output file any more");
    }
    std::array<std::byte, sizeof(end)> little_endian{};
    for (std::size_t i = 0; i < little_endian.size(); ++i) {
        little_endian[i] = static_cast<std::byte>(end >> (8 * i));
    }
    file.write(end_at[byte(version_at)], little_endian);
}

} // namespace

void set_end(const std::string& path, std::uint64_t end) {
    set_end(RawFile(path, RawFile::Mode::write), path, end);
}

void lengthen(const std::string& path, std::uint64_t end) {
    const RawFile file(path, RawFile::Mode::write);
    file.reserve(end);
    set_end(file, path, end);
}

} // namespace equipoise::io
