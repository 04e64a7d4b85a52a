#pragma once

#include "equipoise/config/config.hpp"

#include <string>

namespace equipoise::config {

/// The configuration as the text of a file with every key; reading it gives the same configuration.
std::string resolved_text(const Config& config);

} // namespace equipoise::config
