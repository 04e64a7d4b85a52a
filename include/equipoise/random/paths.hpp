#pragma once

#include "equipoise/random/stream.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

/// Random bits are drawn with the widest instructions that the processor has. Every path gives the
/// same: for the tests, which hold them against each other.
namespace equipoise::random {

/// How many paths this processor can take; the first is the one that words() takes.
std::size_t path_count();
/// words() by one of them, path < path_count().
void words_by_path(std::size_t path, const Stream& stream, std::uint64_t block, std::uint64_t step,
                   std::span<std::uint64_t, block_size> bits);

/// half_words() by one of them.
void half_words_by_path(std::size_t path, const Stream& stream, std::uint64_t block,
                        std::uint64_t step, std::span<std::uint64_t, block_size / 2> bits);

} // namespace equipoise::random
