#pragma once

#include <cstdint>

namespace equipoise {

/// What is asked of a run from outside (a signal, a clock), the stronger the larger.
enum class Request : std::int64_t { none = 0, checkpoint = 1, stop = 2 };

} // namespace equipoise
