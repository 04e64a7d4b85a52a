#include "equipoise/io/checksum.hpp"

#include "equipoise/io/raw_file.hpp"
#include "equipoise/io/together.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

namespace equipoise::io {

namespace {

constexpr std::uint64_t word_bytes = sizeof(std::uint64_t);
constexpr std::uint64_t read_words = std::uint64_t{1} << 17; ///< read at once: a megabyte

/// The finaliser of MurmurHash3 (A. Appleby, public domain): a bijection of 64-bit words in which
/// every bit of the argument moves about half of the result's.
constexpr std::uint64_t mix(std::uint64_t x) {
    x ^= x >> 33U;
    x *= 0xff51afd7ed558ccdULL;
    x ^= x >> 33U;
    x *= 0xc4ceb9fe1a85ec53ULL;
    return x ^ (x >> 33U);
}

constexpr std::uint64_t golden = 0x9e3779b97f4a7c15ULL; ///< 2^64 / golden ratio: mix(0) would be 0

} // namespace

std::uint64_t checksum_piece(std::span<const std::byte> bytes, std::uint64_t first) {
    std::uint64_t sum = 0;
    std::uint64_t place = first;
    const auto add = [&](std::size_t begin, std::size_t size) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data() + begin, size);
        sum += mix(word ^ mix(place++ + golden));
    };
    const std::size_t whole = bytes.size() / word_bytes * word_bytes;
    for (std::size_t begin = 0; begin < whole; begin += word_bytes) {
        add(begin, word_bytes);
    }
    if (whole < bytes.size()) {
        add(whole, bytes.size() - whole);
    }
    return sum;
}

std::uint64_t checksum_length(std::uint64_t bytes) {
    return mix(~bytes);
}

std::uint64_t checksum(std::span<const std::byte> bytes) {
    return checksum_piece(bytes, 0) + checksum_length(bytes.size());
}

std::uint64_t wrapping_sum(const parallel::Communicator& comm, std::uint64_t value) {
    // In halves: sums of signed integers must not overflow.
    constexpr std::uint64_t low = 0xffffffffULL;
    std::array<std::int64_t, 2> halves{static_cast<std::int64_t>(value & low),
                                       static_cast<std::int64_t>(value >> 32U)};
    comm.sum(halves);
    return static_cast<std::uint64_t>(halves[0]) + (static_cast<std::uint64_t>(halves[1]) << 32U);
}

std::uint64_t file_checksum(const parallel::Communicator& comm, const std::string& path,
                            std::uint64_t address, std::uint64_t bytes) {
    std::uint64_t sum = 0;
    together(comm, [&] {
        const std::uint64_t words = (bytes + word_bytes - 1) / word_bytes;
        const auto ranks = static_cast<std::uint64_t>(comm.size());
        const auto rank = static_cast<std::uint64_t>(comm.rank());
        const std::uint64_t share = words / ranks + 1;
        const std::uint64_t end = std::min(words, (rank + 1) * share);
        std::vector<std::byte> buffer;
        const RawFile file(path, RawFile::Mode::read);
        for (std::uint64_t word = std::min(words, rank * share); word < end;) {
            const std::uint64_t count = std::min(read_words, end - word);
            buffer.resize(std::min(count * word_bytes, bytes - word * word_bytes));
            file.read(address + word * word_bytes, buffer);
            sum += checksum_piece(buffer, word);
            word += count;
        }
    });
    return wrapping_sum(comm, sum) + checksum_length(bytes);
}

} // namespace equipoise::io
