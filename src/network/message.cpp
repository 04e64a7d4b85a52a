#include "equipoise/network/message.hpp"

#include <algorithm>

namespace equipoise::network {

Message::Message(std::span<const double> bounds, std::size_t populations)
    : faults_(2 * bounds.size()), words_(2 * bounds.size() + populations + 1, 0) {
    for (const double bound : bounds) {
        // A gain that is 0 everywhere has the bound 0: any positive scale serves it.
        scales_.emplace_back(std::max(bound, 1e-100));
    }
}

void Message::clear() {
    std::fill(words_.begin(), words_.end(), std::int64_t{0});
}

} // namespace equipoise::network
