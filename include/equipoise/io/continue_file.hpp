#pragma once

#include "equipoise/io/output_file.hpp"

#include <string>

/// Going on with an output file, by one process, before all ranks open it.
namespace equipoise::io {

/// Why the output file cannot be continued from the position; "" when it can. Changes nothing.
std::string why_not_continued(const std::string& path, const OutputPosition& position);

/// Cuts every growing dataset back to the position's number of records, and marks the file as not
/// complete. Throws FileSystemError.
void cut_back(const std::string& path, const OutputPosition& position);

} // namespace equipoise::io
