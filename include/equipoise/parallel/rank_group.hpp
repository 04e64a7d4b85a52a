#pragma once

#include "equipoise/parallel/communicator.hpp"
#include "equipoise/util/errors.hpp"

#include <string>

namespace equipoise::parallel {

/// The ranks of a communicator split into groups that work apart from each other, and the
/// communicator of this rank's group, owned. Groups are runs of consecutive ranks (which tend to
/// share a node) whose lengths differ by at most one; none is empty.
class RankGroup {
  public:
    /// Collective over `all`. groups: from 1 to all.size().
    RankGroup(const Communicator& all, int groups);
    RankGroup(const RankGroup&) = delete;
    RankGroup& operator=(const RankGroup&) = delete;
    ~RankGroup();

    /// This rank's group, from 0 to count() - 1.
    [[nodiscard]] int number() const noexcept { return number_; }
    [[nodiscard]] int count() const noexcept { return count_; }
    /// Of the group: valid as long as this is.
    [[nodiscard]] Communicator communicator() const { return Communicator(comm_); }

    /// Runs `body`, in which the groups do not wait for each other, and then waits for all. Where
    /// it ends with a NumericsError in some groups, on all their ranks, all ranks throw the first
    /// of them. Collective over `all`.
    template <class Body>
    void apart(const Body& body) const {
        std::string failure;
        try {
            body();
        } catch (const NumericsError& error) {
            failure = error.what();
        }
        failure = all_.first_text(failure);
        if (!failure.empty()) {
            throw NumericsError(failure);
        }
    }

  private:
    Communicator all_;
    int count_;
    int number_;
    MPI_Comm comm_ = MPI_COMM_NULL;
};

} // namespace equipoise::parallel
