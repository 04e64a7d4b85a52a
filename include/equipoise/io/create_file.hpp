#pragma once

#include "equipoise/io/schema.hpp"

#include <string>

namespace equipoise::io {

/// Makes the file with all its groups, dimension scales, empty datasets and attributes, by this
/// process alone: HDF5's parallel mode has no variable-length text, and creation needs none of its
/// speed. An existing file is replaced. Throws FileSystemError.
void create_file(const std::string& path, const Schema& schema);

} // namespace equipoise::io
