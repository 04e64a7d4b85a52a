#include "equipoise/domain/partition.hpp"

#include "equipoise/util/errors.hpp"

#include <algorithm>
#include <utility>

namespace equipoise::domain {

Partition::Partition(std::span<const std::int64_t> neurons, int ranks,
                     std::span<const std::size_t> linked)
    : ranks_(ranks) {
    ensure(ranks >= 1, "a partition has at least one rank");
    // Each population is dealt evenly; the blocks left over go to the ranks in turn, and the next
    // population's begin where the last one's ended, so that the totals stay within one block.
    // Linked populations are dealt alike.
    std::int64_t turn = 0;
    std::int64_t imbalance = 1;
    for (std::size_t a = 0; a < neurons.size(); ++a) {
        if (!linked.empty() && linked[a] != a) {
            ensure(linked[a] < a && neurons[linked[a]] == neurons[a],
                   "linked populations have the same number of neurons");
            std::vector<std::int64_t> same = first_[linked[a]];
            first_.push_back(std::move(same));
            imbalance = static_cast<std::int64_t>(neurons.size());
            continue;
        }
        const std::int64_t blocks = block_count(neurons[a]);
        const std::int64_t share = blocks / ranks;
        const std::int64_t left_over = blocks % ranks;
        std::vector<std::int64_t> first{0};
        for (std::int64_t rank = 0; rank < ranks; ++rank) {
            const std::int64_t place = (rank - turn + ranks) % ranks;
            first.push_back(first.back() + share + (place < left_over ? 1 : 0));
        }
        turn = (turn + left_over) % ranks;
        first_.push_back(std::move(first));
    }
    prove(neurons, imbalance);
}

void Partition::prove(std::span<const std::int64_t> neurons, std::int64_t imbalance) const {
    for (std::size_t a = 0; a < neurons.size(); ++a) {
        ensure(first_[a].front() == 0 && first_[a].back() == block_count(neurons[a]),
               "the partition covers every block");
        ensure(std::is_sorted(first_[a].begin(), first_[a].end()),
               "the partition's runs are contiguous and ascend");
    }
    std::int64_t least = load(0);
    std::int64_t most = least;
    for (int rank = 1; rank < ranks_; ++rank) {
        least = std::min(least, load(rank));
        most = std::max(most, load(rank));
    }
    ensure(most - least <= imbalance, "the partition is balanced");
}

BlockRange Partition::range(std::size_t population, int rank) const {
    const auto at = static_cast<std::size_t>(rank);
    return {first_[population][at], first_[population][at + 1]};
}

std::int64_t Partition::load(int rank) const {
    std::int64_t blocks = 0;
    for (std::size_t a = 0; a < first_.size(); ++a) {
        blocks += range(a, rank).size();
    }
    return blocks;
}

} // namespace equipoise::domain
