#pragma once

#include <cstddef>

namespace equipoise {

/// Asks the system to back memory that was allocated but not yet touched with large pages, where it
/// can: fewer page faults at the start, fewer misses of the address translation later. A hint
/// without further effect; nothing happens off Linux or for memory of a few pages.
void prefer_large_pages(void* begin, std::size_t bytes);

} // namespace equipoise
