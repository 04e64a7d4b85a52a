#pragma once

#include <cstddef>
#include <new>
#include <vector>

/// Arrays that loops of vector instructions go through begin on a boundary of the cache's lines: a
/// register that spans two lines takes two accesses, and one of AVX-512 is as long as a line.
namespace equipoise {

inline constexpr std::size_t cache_line = 64; ///< bytes

/// What std::vector needs to begin on such a boundary.
template <class T>
struct LineAllocator {
    using value_type = T;

    LineAllocator() = default;
    template <class Other>
    LineAllocator(const LineAllocator<Other>& /*other*/) noexcept {}

    [[nodiscard]] T* allocate(std::size_t count) {
        return static_cast<T*>(::operator new (count * sizeof(T), std::align_val_t{cache_line}));
    }
    void deallocate(T* begin, std::size_t /*count*/) noexcept {
        ::operator delete (begin, std::align_val_t{cache_line});
    }
    template <class Other>
    bool operator==(const LineAllocator<Other>& /*other*/) const noexcept {
        return true;
    }
};

template <class T>
using LineVector = std::vector<T, LineAllocator<T>>;

} // namespace equipoise
