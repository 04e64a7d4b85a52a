#include "equipoise/io/seal.hpp"

#include "equipoise/io/checksum.hpp"
#include "equipoise/io/raw_file.hpp"
#include "equipoise/util/errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <span>
#include <sstream>
#include <string_view>

namespace equipoise::io {

namespace {

constexpr std::string_view magic = "Equipoise checkpoint\n";
constexpr std::size_t magic_bytes = 32;
constexpr std::uint64_t our_order = 0x0102030405060708ULL;
constexpr std::uint64_t other_order = 0x0807060504030201ULL;

/// The header as it lies in the file.
struct Header {
    std::array<char, magic_bytes> magic{};
    std::uint64_t byte_order = our_order;
    std::uint64_t format = checkpoint_format;
    std::int64_t sequence = 0;
    std::uint64_t hdf5_end = 0, trailer_bytes = 0;
    std::uint64_t sum = 0, trailer_sum = 0;
    std::array<std::uint64_t, 52> reserved{};
    std::uint64_t header_sum = 0; ///< of what stands before it
};
static_assert(sizeof(Header) == header_bytes);

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

std::uint64_t sum_of(const Header& header) {
    return checksum(
        std::as_bytes(std::span(&header, 1)).first(header_bytes - sizeof(header.header_sum)));
}

/// Why the header cannot be trusted, or is not for this program; foreign: it is no header.
std::string problem_of(const Header& header, bool& foreign) {
    foreign = std::string_view(header.magic.data(), magic.size()) != magic;
    if (foreign) {
        return "is not a checkpoint of this program (it does not begin like one)";
    }
    if (header.byte_order == other_order) {
        return "was written on a machine of another byte order: restart it on one of that kind";
    }
    if (header.header_sum != sum_of(header)) {
        return "is damaged in its header";
    }
    if (header.format > checkpoint_format) {
        return fmt::format("has format {}, and this program knows format {}: restart it with "
                           "a newer version of the program",
                           header.format, checkpoint_format);
    }
    if (header.format < checkpoint_format) {
        return fmt::format(
            "has format {}, of an earlier version of the program, and this one writes "
            "and reads format {}: restart it with the version that wrote it, whose "
            "results it would go on with",
            header.format, checkpoint_format);
    }
    return {};
}

std::vector<Region> parse_trailer(const std::string& trailer) {
    std::vector<Region> regions;
    std::istringstream lines(trailer);
    Region region;
    while (lines >> region.address >> region.bytes >> region.sum && lines.get() == ' ' &&
           std::getline(lines, region.path)) {
        regions.push_back(region);
    }
    return regions;
}

SealReading read(const std::string& path) {
    SealReading reading;
    const RawFile file(path, RawFile::Mode::read);
    const std::uint64_t size = file.size();
    Header header;
    const std::span<std::byte> raw = std::as_writable_bytes(std::span(&header, 1));
    file.read(0, raw.first(std::min<std::uint64_t>(size, header_bytes)));
    if (size < header_bytes) {
        reading.foreign = std::string_view(header.magic.data(), magic.size()) != magic;
        reading.problem = reading.foreign
                              ? fmt::format("is not a checkpoint: it has only {} bytes", size)
                              : fmt::format("was cut short: it has only {} bytes", size);
        return reading;
    }
    reading.problem = problem_of(header, reading.foreign);
    if (!reading.problem.empty()) {
        return reading;
    }
    const std::uint64_t whole = header.hdf5_end + header.trailer_bytes;
    reading.seal.sequence = header.sequence;
    reading.seal.hdf5_end = header.hdf5_end;
    reading.seal.sum = header.sum;
    if (size != whole) {
        reading.problem =
            fmt::format("{}: it has {} bytes of {}",
                        size < whole ? "was cut short" : "was made longer", size, whole);
        return reading;
    }
    std::string trailer(header.trailer_bytes, '\0');
    file.read(header.hdf5_end, std::as_writable_bytes(std::span(trailer)));
    if (checksum(bytes_of(trailer)) != header.trailer_sum) {
        reading.problem = "is damaged in its trailer (the list of checksums)";
        return reading;
    }
    reading.seal.regions = parse_trailer(trailer);
    return reading;
}

} // namespace

void write_seal(const std::string& path, const Seal& seal) {
    std::string trailer;
    for (const Region& region : seal.regions) {
        fmt::format_to(std::back_inserter(trailer), "{} {} {} {}\n", region.address, region.bytes,
                       region.sum, region.path);
    }
    Header header;
    std::copy(magic.begin(), magic.end(), header.magic.begin());
    header.sequence = seal.sequence;
    header.hdf5_end = seal.hdf5_end;
    header.trailer_bytes = trailer.size();
    header.sum = seal.sum;
    header.trailer_sum = checksum(bytes_of(trailer));
    header.header_sum = sum_of(header);
    const RawFile file(path, RawFile::Mode::write);
    file.write(seal.hdf5_end, bytes_of(trailer));
    file.write(0, std::as_bytes(std::span(&header, 1)));
    file.make_durable();
}

SealReading read_seal(const std::string& path) {
    try {
        return read(path);
    } catch (const FileSystemError& error) {
        SealReading reading;
        const std::string_view what = error.what();
        reading.problem = what.starts_with(path + ": ") ? what.substr(path.size() + 2) : what;
        return reading;
    }
}

std::vector<std::string> damaged_datasets(const parallel::Communicator& comm,
                                          const std::string& path, const Seal& seal) {
    std::vector<std::string> damaged;
    for (const Region& region : seal.regions) {
        if (file_checksum(comm, path, region.address, region.bytes) != region.sum) {
            damaged.push_back(region.path);
        }
    }
    return damaged;
}

SealReading verify_seal(const parallel::Communicator& comm, const std::string& path) {
    SealReading reading = read_seal(path);
    reading.problem = comm.first_text(reading.problem);
    if (!reading.problem.empty()) {
        return reading;
    }
    const Seal& seal = reading.seal;
    try {
        if (file_checksum(comm, path, header_bytes, seal.hdf5_end - header_bytes) == seal.sum) {
            return reading;
        }
        const std::vector<std::string> damaged = damaged_datasets(comm, path, seal);
        reading.problem = damaged.empty() ? std::string("is damaged in its structure (no dataset's "
                                                        "content is)")
                                          : fmt::format("is damaged in the content of {}",
                                                        fmt::join(damaged, ", "));
    } catch (const FileSystemError& error) {
        reading.problem = error.what();
    }
    return reading;
}

} // namespace equipoise::io
