#pragma once

#include "equipoise/field/system.hpp"

#include <string>

namespace equipoise::field {

/// What is wrong with the present state of a local site, in words: it has blown up, or a part of
/// its fluctuations lies where drift, noise or gains are not defined. Empty: nothing.
std::string state_complaint(const System& system);

} // namespace equipoise::field
