// No damage to a checkpoint goes unseen, and none reaches HDF5, which would trust it.
#include "equipoise/io/checksum.hpp"
#include "equipoise/util/errors.hpp"

#include <catch2/catch.hpp>

#include "example.hpp"
#include <cstring>
#include <random>

using namespace example;

namespace {

std::string complaint(const std::string& path) {
    return message_of<InputError>([&] { const io::CheckpointReader reader(world(), path); });
}

void put(const std::string& path, const std::string& bytes) {
    world().barrier();
    if (world().is_root()) {
        replace(path, bytes);
    }
    world().barrier();
}

} // namespace

TEST_CASE("a file cut at every fiftieth is refused, and one with something added") {
    const Folder folder(world());
    const State state(world(), 1.0);
    const std::string path = io::write_checkpoint(world(), folder.path, 1, state.content(), 2).path;
    const std::string whole = contents(path);
    for (std::size_t part = 0; part < 50; ++part) {
        put(path, whole.substr(0, whole.size() * part / 50));
        INFO(part << " fiftieths");
        CHECK_THAT(complaint(path),
                   Catch::Contains(part == 0 ? "is not a checkpoint" : "was cut short"));
    }
    put(path, whole.substr(0, whole.size() - 1));
    CHECK_THAT(complaint(path), Catch::Contains("was cut short"));
    put(path, whole + "x");
    CHECK_THAT(complaint(path), Catch::Contains("was made longer"));
    put(path, whole);
    CHECK(complaint(path).empty());
}

TEST_CASE("each of 500 flipped bytes is found, and what it belongs to is named") {
    const Folder folder(world());
    const State state(world(), 1.0);
    const std::string path = io::write_checkpoint(world(), folder.path, 1, state.content(), 2).path;
    const std::string whole = contents(path);
    const io::Seal seal = io::read_seal(path).seal;
    std::mt19937_64 random(20); // NOLINT(cert-msc32-c,cert-msc51-cpp): the same flips on all ranks
    for (int flip = 0; flip < 500; ++flip) {
        const std::size_t place = random() % whole.size();
        std::string damaged = whole;
        damaged[place] = static_cast<char>(damaged[place] ^ static_cast<char>(1 + random() % 255));
        put(path, damaged);
        std::string expected = place < io::header_bytes ? "header"
                               : place >= seal.hdf5_end ? "trailer"
                                                        : "structure";
        if (place < 21) {
            expected = "does not begin like one";
        } else if (place < 32) {
            expected = "header";
        }
        for (const io::Region& region : seal.regions) {
            if (place >= region.address && place < region.address + region.bytes) {
                expected = "content of " + region.path;
            }
        }
        INFO("byte " << place);
        CHECK_THAT(complaint(path), Catch::Contains(expected));
    }
}

TEST_CASE("two damaged datasets are both named") {
    const Folder folder(world());
    const State state(world(), 1.0);
    const std::string path = io::write_checkpoint(world(), folder.path, 1, state.content(), 2).path;
    std::string bytes = contents(path);
    for (const io::Region& region : io::read_seal(path).seal.regions) {
        if (region.path == "/texts/config" || region.path == "/kinetic/lines") {
            bytes[region.address + region.bytes - 1] ^= 64;
        }
    }
    put(path, bytes);
    CHECK_THAT(complaint(path), Catch::Contains("content of /kinetic/lines, /texts/config"));
}

TEST_CASE("foreign files, other formats and other byte orders are told apart") {
    const Folder folder(world());
    const State state(world(), 1.0);
    const std::string path = io::write_checkpoint(world(), folder.path, 1, state.content(), 2).path;
    const std::string whole = contents(path);

    put(path, "hello");
    CHECK_THAT(complaint(path), Catch::Contains("is not a checkpoint"));
    put(path, "\x89HDF\r\n\x1a\n" + std::string(4000, '\0'));
    CHECK_THAT(complaint(path), Catch::Contains("does not begin like one"));

    std::string turned = whole;
    std::reverse(turned.begin() + 32, turned.begin() + 40);
    put(path, turned);
    CHECK_THAT(complaint(path), Catch::Contains("another byte order"));

    // Another format, as its own program would have written it: with a right header.
    const auto with_format = [&](std::uint64_t format) {
        std::string other = whole;
        std::memcpy(other.data() + 40, &format, 8);
        const std::uint64_t sum =
            io::checksum(std::as_bytes(std::span(other.data(), io::header_bytes - 8)));
        std::memcpy(other.data() + io::header_bytes - 8, &sum, 8);
        put(path, other);
        return complaint(path);
    };
    CHECK_THAT(with_format(io::checkpoint_format + 1), Catch::Contains("newer version"));
    CHECK_THAT(with_format(io::checkpoint_format - 1),
               Catch::Contains("the version that wrote it"));
    CHECK(with_format(io::checkpoint_format).empty());

    CHECK_THAT(complaint(folder.path), !Catch::Matchers::Equals(""));
    CHECK_THAT(complaint(folder.path + "/absent.h5"), Catch::Contains("No such file"));
}

TEST_CASE("checksums of pieces add up, and see order, place and length") {
    const std::string text = "the same words in another order are another text, are they not";
    const auto bytes = std::as_bytes(std::span(text.data(), text.size()));
    const std::uint64_t whole = io::checksum(bytes);
    for (std::size_t cut = 0; cut <= bytes.size(); cut += 8) {
        CHECK(io::checksum_piece(bytes.first(cut), 0) +
                  io::checksum_piece(bytes.subspan(cut), cut / 8) +
                  io::checksum_length(bytes.size()) ==
              whole);
    }
    const std::string swapped = text.substr(8, 8) + text.substr(0, 8) + text.substr(16);
    CHECK(io::checksum(std::as_bytes(std::span(swapped.data(), swapped.size()))) != whole);
    const std::string longer = text + '\0';
    CHECK(io::checksum(std::as_bytes(std::span(longer.data(), longer.size()))) != whole);
}
