#pragma once

#include "equipoise/balance/lattice.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace equipoise::balance {

/// Averages over all sites of all ranks that do not depend, to the last bit, on how the sites are
/// shared out: a first reduction finds the largest value of each column (a maximum has no order), a
/// second adds the terms as integers on the grid that it sets (parallel/exact_sum.hpp).
class SiteAverage {
  public:
    SiteAverage(const parallel::Communicator& comm, const Lattice& lattice);

    /// out(column, mode) = (1/S) sum_s weights(s, mode) values(s, column) over all S sites; s runs
    /// over the local sites in the arguments. |weights| <= 1. Collective. A column with a value
    /// that is not finite gives NaN.
    void compute(std::span<const double> values, std::size_t columns,
                 std::span<const double> weights, std::size_t modes, std::span<double> out);

  private:
    parallel::Communicator comm_;
    std::size_t local_;
    std::int64_t global_;
    std::vector<double> largest_;
    std::vector<std::int64_t> limbs_;
};

} // namespace equipoise::balance
