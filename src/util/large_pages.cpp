#include "equipoise/util/large_pages.hpp"

#include <cstdint>

#if defined(__linux__)
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace equipoise {

void prefer_large_pages([[maybe_unused]] void* begin, [[maybe_unused]] std::size_t bytes) {
#if defined(__linux__)
    // Whole pages inside the range only: its ends may share theirs with something else.
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t skipped = (page - reinterpret_cast<std::uintptr_t>(begin) % page) % page;
    if (bytes < skipped + page) {
        return;
    }
    const std::size_t whole = (bytes - skipped) / page * page;
    // What it answers does not matter: a system without large pages goes on with small ones.
    static_cast<void>(madvise(static_cast<char*>(begin) + skipped, whole, MADV_HUGEPAGE));
#endif
}

} // namespace equipoise
