#pragma once

#include "equipoise/parallel/communicator.hpp"

namespace equipoise::parallel {

/// The communicator of the first `count` ranks of another one, owned. On the other ranks handle()
/// is MPI_COMM_NULL and member() false.
class FirstRanks {
  public:
    FirstRanks(const Communicator& all, int count); ///< collective over `all`
    FirstRanks(const FirstRanks&) = delete;
    FirstRanks& operator=(const FirstRanks&) = delete;
    ~FirstRanks();

    [[nodiscard]] bool member() const noexcept { return comm_ != MPI_COMM_NULL; }
    [[nodiscard]] MPI_Comm handle() const noexcept { return comm_; }

  private:
    MPI_Comm comm_ = MPI_COMM_NULL;
};

} // namespace equipoise::parallel
