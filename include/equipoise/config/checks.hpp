#pragma once

#include "equipoise/config/config.hpp"
#include "equipoise/config/findings.hpp"

namespace equipoise::config {

/// What must hold between the values of several keys: intervals and time steps, neurons and sites,
/// bins, local steps. Values that are not trusted are left out.
void check_relations(const Config& config, Findings& findings);

} // namespace equipoise::config
