#pragma once

#include "equipoise/random/stream.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace equipoise::domain {

/// Neurons of a population come in blocks of this many (the last one may be shorter). A block is
/// never split between ranks, and everything inside one is done in one fixed order.
inline constexpr std::int64_t block_size = static_cast<std::int64_t>(random::block_size);

inline std::int64_t block_count(std::int64_t neurons) {
    return (neurons + block_size - 1) / block_size;
}

/// A contiguous run of blocks of one population.
struct BlockRange {
    std::int64_t first = 0, end = 0;

    [[nodiscard]] std::int64_t size() const { return end - first; }
};

/// Which rank owns which blocks. Neurons are numbered along the ring or a space-filling curve, so a
/// run of blocks is a piece of the domain. The constructor proves: every block of every population
/// has exactly one owner, runs are contiguous and ascend with the rank, and the blocks of any two
/// ranks, all populations together, differ by at most one; by one for each population where some
/// are linked.
class Partition {
  public:
    /// neurons: of each population; ranks >= 1. linked: by population, the first one whose neurons
    /// of the same number must be on the same rank, which then has as many (Config); empty: none.
    Partition(std::span<const std::int64_t> neurons, int ranks,
              std::span<const std::size_t> linked = {});

    [[nodiscard]] BlockRange range(std::size_t population, int rank) const;
    [[nodiscard]] int ranks() const noexcept { return ranks_; }
    /// Blocks of all populations on a rank.
    [[nodiscard]] std::int64_t load(int rank) const;

  private:
    void prove(std::span<const std::int64_t> neurons, std::int64_t imbalance) const;

    int ranks_;
    std::vector<std::vector<std::int64_t>> first_; ///< [population][rank], one more than ranks
};

} // namespace equipoise::domain
