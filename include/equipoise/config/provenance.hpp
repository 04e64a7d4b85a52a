#pragma once

#include <string>

namespace equipoise::config {

/// The project's version, as in "0.1.0".
std::string version();
/// The git commit that was built, with "-modified" where files under version control had changes;
/// "unknown" outside a git repository.
std::string commit();

} // namespace equipoise::config
