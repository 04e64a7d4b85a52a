#pragma once

#include <string>

namespace equipoise::io {

/// "HDF5 1.10.8, parallel": the library the program runs with.
std::string library_version();

} // namespace equipoise::io
