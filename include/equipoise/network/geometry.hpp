#pragma once

#include "equipoise/domain/placement.hpp"
#include "equipoise/model/basis.hpp"
#include "equipoise/network/ring_lattice.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace equipoise::network {

/// Sums and fields over the modes for the local neurons of one population. Everything inside a
/// block happens in one fixed order that depends only on the block, never on the rank that owns it.
///
/// Where neurons share sites, a block is summed site by site and each site's sum meets the modes
/// once, so that the cost hardly depends on the number of modes. Where each neuron has a site of
/// its own on a ring, see RingLattice. Otherwise (random positions, a site for each neuron on the
/// torus) the modes at every neuron are made from its phase: one sine and cosine, and a recurrence
/// for the higher wave numbers.
class Geometry {
  public:
    /// `basis` must hold every mode that is used later; the placement must outlive this.
    Geometry(const domain::Placement& placement, const model::Basis& basis);

    /// Prepares a block: the sums and fields below are about this one, until the next call.
    void enter(std::int64_t block);
    /// sums[p] = sum_i phi_p(x_i) values[i] over the block, for the first sums.size() modes of the
    /// basis given by `modes` (indices into the constructor's basis).
    void project(const double* values, std::span<const std::size_t> modes, double* sums);

    /// Sets the field sum_p coefficients[p] phi_p(x), coefficients over `modes`; for add_field.
    void set_field(std::span<const std::size_t> modes, std::span<const double> coefficients);
    /// values[i] += field(x_i) over the block.
    void add_field(double* values);
    /// The field, when it is the same at all neurons of the block because they share a site.
    [[nodiscard]] std::optional<double> uniform_field() const;

    /// Position bins, so many per direction (torus: first * per_direction + second): the bin of
    /// each neuron of the block.
    void bins(std::int64_t per_direction, std::uint32_t* bin);

  private:
    struct Run { ///< neurons [begin, end) of the block sit at one site
        std::int32_t begin, end;
        std::size_t site; ///< index into the local sites
    };

    void make_modes();

    const domain::Placement* placement_;
    const model::Basis* basis_;
    bool shared_; ///< neurons share sites
    std::optional<RingLattice> ring_;
    std::int64_t first_site_ = 0;    ///< of the local sites, when shared
    std::vector<double> site_modes_; ///< (local site, mode), when shared
    std::vector<double> site_field_; ///< (local site), when shared
    std::vector<std::size_t> field_modes_;
    std::vector<double> field_coefficients_;
    std::int64_t block_ = -1;
    std::size_t count_ = 0;
    std::vector<Run> runs_;
    bool modes_made_ = false;
    std::vector<double> block_modes_;                ///< (mode, neuron of the block), where made
    std::vector<double> first_waves_, second_waves_; ///< by direction, storage for make_modes
};

} // namespace equipoise::network
