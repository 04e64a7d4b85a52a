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
///
/// A *block* of sites may be added up in floating point first, which is many times faster. Blocks
/// count from site 0 of the whole lattice, and every rank must own whole ones.
class SiteAverage {
  public:
    /// Sums on the way, when values come by runs of sites: of columns weighted by modes, whose
    /// weights are rows of all local sites.
    struct Rows {
        std::size_t columns = 0;
        std::vector<const double*> weights;
        std::vector<double> largest;   ///< by column
        std::vector<double> of_blocks; ///< by (block, column, mode)
    };

    SiteAverage(const parallel::Communicator& comm, const Lattice& lattice, std::int64_t block = 1);

    /// A good size of block for a lattice of so many sites, which leaves at least 64 of them.
    static std::int64_t block_size(std::int64_t sites);

    /// out(column, mode) = (1/S) sum_s weights(s, mode) values(s, column) over all S sites; s runs
    /// over the local sites in the arguments. |weights| <= 1. Collective. A column with a value
    /// that is not finite gives NaN.
    void compute(std::span<const double> values, std::size_t columns,
                 std::span<const double> weights, std::size_t modes, std::span<double> out);
    /// The same in blocks, from values by (column, site): begin, add() every local site once, in
    /// runs of whole blocks, and finish(). Only the last is collective.
    [[nodiscard]] Rows begin(std::size_t columns, std::vector<const double*> weights) const;
    /// `count` sites from `first` on; a column's values are `stride` apart from the next one's.
    void add(Rows& rows, std::size_t first, std::size_t count, const double* values,
             std::size_t stride) const;
    void finish(const Rows& rows, std::span<double> out);

  private:
    [[nodiscard]] bool counts(std::size_t column) const;
    [[nodiscard]] double bound(std::size_t column, std::int64_t terms) const;
    void join(std::size_t columns, std::size_t modes, std::int64_t terms, std::span<double> out);

    parallel::Communicator comm_;
    std::size_t local_;
    std::int64_t global_;
    std::int64_t block_;
    std::vector<double> largest_;
    std::vector<std::int64_t> limbs_;
};

} // namespace equipoise::balance
