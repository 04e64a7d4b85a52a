#include "equipoise/network/message.hpp"

#include <algorithm>

namespace equipoise::network {

Message::Message(std::span<const SumGroup> groups, std::size_t populations) {
    std::size_t sums = 0;
    for (const SumGroup& group : groups) {
        // A gain that is 0 everywhere has the bound 0: any positive scale serves it.
        groups_.push_back({parallel::FixedPointScale(std::max(group.bound, 1e-100)), sums});
        sums += group.count;
    }
    faults_ = 2 * sums;
    words_.assign(faults_ + populations + 1, 0);
}

void Message::clear() {
    std::fill(words_.begin(), words_.end(), std::int64_t{0});
}

} // namespace equipoise::network
