#pragma once

#include "equipoise/parallel/communicator.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

/// Checksums that do not depend on who computes which part: the wrapping sum, over the 64-bit words
/// of the content, of a mix of (number of the word, word), and a mix of the length. For a given
/// place the mix is a bijection of the word, so any change within one word is surely found; any
/// other accident goes unseen with probability 2^-64. No protection against intent.
namespace equipoise::io {

/// The sum over a piece that begins at the 64-bit word `first` of the whole. The last word is
/// filled with zeros. Sums of the pieces of a whole add up (wrapping), whatever the cut.
std::uint64_t checksum_piece(std::span<const std::byte> bytes, std::uint64_t first);
/// What the length of the whole, in bytes, adds to the sum.
std::uint64_t checksum_length(std::uint64_t bytes);
/// Of a whole content.
std::uint64_t checksum(std::span<const std::byte> bytes);

/// The wrapping sum over the ranks. Collective.
std::uint64_t wrapping_sum(const parallel::Communicator& comm, std::uint64_t value);
/// The checksum of `bytes` bytes of a file from `address` on: every rank reads a slice. Collective;
/// throws the same FileSystemError on all ranks when any cannot read.
std::uint64_t file_checksum(const parallel::Communicator& comm, const std::string& path,
                            std::uint64_t address, std::uint64_t bytes);

} // namespace equipoise::io
