#pragma once

#include "equipoise/io/checkpoint.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace equipoise::io {

/// Values in one row of a part.
std::uint64_t row_size(const CheckpointPart& part);
/// Values in a whole part.
std::uint64_t whole_size(const CheckpointPart& part);
/// What the file will need at most, structure included.
std::uint64_t estimated_bytes(const CheckpointContent& content);

/// Makes the file, by the calling process alone: its structure, what is small, and reserved space
/// for the parts, whose checksums are given. Returns the seal, but for the sum of the whole, which
/// is known when the parts are written. Throws FileSystemError.
Seal make_structure(const std::string& path, std::int64_t sequence,
                    const CheckpointContent& content, const std::vector<std::uint64_t>& part_sums);

} // namespace equipoise::io
