#include "equipoise/io/chunk_plan.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

namespace equipoise::io {

namespace {

constexpr hsize_t expected_chunks = 16;
constexpr hsize_t least_chunk_bytes = hsize_t{1} << 22; ///< unless all records need less
constexpr hsize_t most_chunk_bytes = hsize_t{1} << 26;
constexpr hsize_t tiny_chunk_bytes = hsize_t{1} << 12; ///< even if few records are expected

// Each growing dataset has a node, of up to 48 K bytes.
constexpr hsize_t least_half_node = 32; ///< HDF5's default
constexpr hsize_t most_half_node = 4096;
constexpr hsize_t longer = 16; ///< a run may become so many times longer than expected

} // namespace

std::vector<hsize_t> chunk_shape(const std::vector<hsize_t>& extents, hsize_t value_bytes,
                                 hsize_t records) {
    const hsize_t row =
        std::accumulate(extents.begin() + 1, extents.end(), value_bytes, std::multiplies<>());
    const hsize_t most =
        std::clamp(row * records / expected_chunks, least_chunk_bytes, most_chunk_bytes);
    std::vector<hsize_t> chunk = extents;
    hsize_t bytes = value_bytes;
    for (std::size_t i = chunk.size(); i-- > 1;) {
        chunk[i] = std::clamp<hsize_t>(most / bytes, 1, std::max<hsize_t>(1, chunk[i]));
        bytes *= chunk[i];
    }
    const hsize_t wanted = std::max({hsize_t{1}, records, tiny_chunk_bytes / bytes});
    chunk[0] = std::clamp<hsize_t>(most / bytes, 1, wanted);
    return chunk;
}

hsize_t chunk_count(const std::vector<hsize_t>& extents, hsize_t value_bytes, hsize_t records) {
    const std::vector<hsize_t> chunk = chunk_shape(extents, value_bytes, records);
    hsize_t count = (records + chunk[0] - 1) / chunk[0];
    for (std::size_t i = 1; i < chunk.size(); ++i) {
        count *= (extents[i] + chunk[i] - 1) / chunk[i];
    }
    return count;
}

unsigned half_node_for(hsize_t chunks) {
    return static_cast<unsigned>(std::clamp(longer * chunks / 2, least_half_node, most_half_node));
}

} // namespace equipoise::io
