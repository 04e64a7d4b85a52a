#pragma once

#include "equipoise/parallel/exact_sum.hpp"
#include "equipoise/util/request.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace equipoise::network {

/// Sums of one kind: the largest |term| (one term: what one block adds to a sum), and how many.
struct SumGroup {
    double bound;
    std::size_t count;
};

/// The one message of a time step: exact sums over the blocks of all ranks, as integers that MPI
/// adds. Each sum takes two limbs, group after group; then follow, per population, the number of
/// terms that were not finite or too large for the sum's scale, and of neurons outside the range of
/// their functions; last, what the ranks ask of the run.
class Message {
  public:
    Message() = default;
    Message(std::span<const SumGroup> groups, std::size_t populations);

    void clear();
    /// Adds a block's contribution to sum i of a group, for a population.
    void add(std::size_t group, std::size_t i, std::size_t population, double term) {
        const Group& of = groups_[group];
        if (!parallel::add_term(of.scale, term,
                                std::span<std::int64_t, 2>(&words_[2 * (of.begin + i)], 2))) {
            ++words_[faults_ + population];
        }
    }
    void add_outside(std::size_t population, std::int64_t neurons) {
        words_[faults_ + population] += neurons;
    }
    void ask(Request request) { words_.back() += request_words[static_cast<std::size_t>(request)]; }

    /// What MPI adds up, in place.
    [[nodiscard]] std::span<std::int64_t> words() { return words_; }

    /// After the sum over ranks: sum i of a group.
    [[nodiscard]] double sum(std::size_t group, std::size_t i) const {
        const std::size_t at = 2 * (groups_[group].begin + i);
        return groups_[group].scale.join(words_[at], words_[at + 1]);
    }
    [[nodiscard]] std::int64_t faults(std::size_t population) const {
        return words_[faults_ + population];
    }
    /// The strongest request of any rank.
    [[nodiscard]] Request request() const {
        return words_.back() >= request_words[2]   ? Request::stop
               : words_.back() >= request_words[1] ? Request::checkpoint
                                                   : Request::none;
    }

  private:
    struct Group {
        parallel::FixedPointScale scale;
        std::size_t begin; ///< its first sum among all
    };

    /// By request: the sum over fewer than 2^31 ranks tells whether any asked for the stronger one.
    static constexpr std::array<std::int64_t, 3> request_words{0, 1, std::int64_t{1} << 32};

    std::vector<Group> groups_;
    std::size_t faults_ = 0;
    std::vector<std::int64_t> words_;
};

} // namespace equipoise::network
