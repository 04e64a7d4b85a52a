#pragma once

#include <string>

namespace equipoise::driver {

/// Version and commit of the program, and the versions of the libraries it runs with.
std::string version_text();

} // namespace equipoise::driver
