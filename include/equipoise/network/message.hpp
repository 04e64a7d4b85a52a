#pragma once

#include "equipoise/parallel/exact_sum.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace equipoise::network {

/// The one message of a time step: exact sums over the blocks of all ranks, as integers that MPI
/// adds. Each sum takes two limbs; then follow, per population, the number of terms that were not
/// finite or too large for the sum's scale, and of neurons outside the range of their functions;
/// last, a flag with which any rank can ask all to stop.
class Message {
  public:
    /// bounds[i]: the largest |term| (one term: one block's contribution) of sum i.
    Message(std::span<const double> bounds, std::size_t populations);

    void clear();
    /// Adds a block's contribution to sum i of a population.
    void add(std::size_t i, std::size_t population, double term) {
        if (!parallel::add_term(scales_[i], term, std::span<std::int64_t, 2>(&words_[2 * i], 2))) {
            ++words_[faults_ + population];
        }
    }
    void add_outside(std::size_t population, std::int64_t neurons) {
        words_[faults_ + population] += neurons;
    }
    void ask_to_stop() { words_.back() += 1; }

    /// What MPI adds up, in place.
    [[nodiscard]] std::span<std::int64_t> words() { return words_; }

    /// After the sum over ranks: sum i.
    [[nodiscard]] double sum(std::size_t i) const {
        return scales_[i].join(words_[2 * i], words_[2 * i + 1]);
    }
    [[nodiscard]] std::int64_t faults(std::size_t population) const {
        return words_[faults_ + population];
    }
    [[nodiscard]] bool stop_asked() const { return words_.back() != 0; }

  private:
    std::vector<parallel::FixedPointScale> scales_;
    std::size_t faults_;
    std::vector<std::int64_t> words_;
};

} // namespace equipoise::network
