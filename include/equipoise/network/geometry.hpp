#pragma once

#include "equipoise/balance/mode_transform.hpp"
#include "equipoise/domain/placement.hpp"
#include "equipoise/model/basis.hpp"
#include "equipoise/network/ring_lattice.hpp"
#include "equipoise/network/ring_polynomials.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace equipoise::network {

/// Sums and fields over the modes for the local neurons of one population. Everything inside a
/// block happens in one fixed order that depends only on the block, never on the rank that owns it.
///
/// Where neurons share sites, a block is summed site by site. With few modes or many sites each
/// site's sum meets the modes once; else the sites' sums themselves are added over blocks and
/// ranks, and a fast Fourier transform (balance/mode_transform.hpp) leads from them to the modes,
/// so that the cost hardly depends on the number of modes. Where each neuron has a position of
/// its own on a ring, a block is a short arc: see RingPolynomials, and RingLattice where there are
/// fewer waves than it takes polynomials. On the torus the modes at every neuron are made from its
/// phase: one sine and cosine, and a recurrence for the higher wave numbers.
class Geometry {
  public:
    /// `basis` must hold every mode that is used later; the placement must outlive this.
    Geometry(const domain::Placement& placement, const model::Basis& basis);

    /// Whether sums are added over blocks and ranks site by site, as the configuration decides.
    static bool sums_by_site(const domain::Placement& placement, const model::Basis& basis);
    /// How many sums over all blocks it takes to know those over `modes` modes.
    [[nodiscard]] std::size_t sum_count(std::size_t modes) const {
        return transform_ ? transform_->cell.size() : modes;
    }

    /// Prepares a block: the sums and fields below are about this one, until the next call.
    void enter(std::int64_t block);
    /// Calls add(i, term) with what the block adds to sum i of sum_count(modes.size()), for the
    /// modes of the basis given by `modes` (indices into the constructor's basis).
    template <class Add>
    void add_sums(const double* values, std::span<const std::size_t> modes, Add&& add) {
        if (transform_) {
            for (const Run& run : runs_) {
                add(static_cast<std::size_t>(first_site_) + run.site, run_sum(values, run));
            }
            return;
        }
        sums_.resize(modes.size());
        project(values, modes, sums_.data());
        for (std::size_t m = 0; m < modes.size(); ++m) {
            add(m, sums_[m]);
        }
    }
    /// From the complete sums, sum(i), to out[m] = sum_k phi_p(x_k) values[k] over the population's
    /// neurons, p = modes[m].
    template <class Sum>
    void join_sums(std::span<const std::size_t> modes, Sum&& sum, double* out) {
        if (!transform_) {
            for (std::size_t m = 0; m < modes.size(); ++m) {
                out[m] = sum(m);
            }
            return;
        }
        const std::span<double> values = transform_->modes.values();
        for (std::size_t site = 0; site < transform_->cell.size(); ++site) {
            values[transform_->cell[site]] = sum(site);
        }
        sums_.resize(basis_->size());
        transform_->modes.project(sums_);
        for (std::size_t m = 0; m < modes.size(); ++m) {
            out[m] = sums_[modes[m]];
        }
    }
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

    struct Transform {
        balance::ModeTransform modes;
        std::vector<std::size_t> cell; ///< (site): its place on the lattice of `modes`
    };

    /// Neurons with a position each on a ring.
    void lay_out_ring();
    /// Whether RingPolynomials serve the present block, which they then are prepared for.
    bool enter_arc();
    static double run_sum(const double* values, const Run& run);
    /// sums[m] = sum_i phi_p(x_i) values[i] over the block, p = modes[m].
    void project(const double* values, std::span<const std::size_t> modes, double* sums);
    void make_modes();

    const domain::Placement* placement_;
    const model::Basis* basis_;
    bool shared_; ///< neurons share sites
    std::optional<RingLattice> ring_;
    std::optional<RingPolynomials> polynomials_;
    double half_width_ = 0.0;            ///< of an arc that the polynomials serve, in turns
    bool in_arc_ = false;                ///< they serve the present block
    std::int64_t first_site_ = 0;        ///< of the local sites, when shared
    std::optional<Transform> transform_; ///< when sums are added site by site
    std::vector<double> site_modes_;     ///< (local site, mode), when shared and they are not
    std::vector<double> site_field_;     ///< (local site), when shared
    std::vector<std::size_t> field_modes_;
    std::vector<double> field_coefficients_;
    std::vector<double> sums_; ///< scratch: by mode
    std::int64_t block_ = -1;
    std::size_t count_ = 0;
    std::vector<Run> runs_;
    bool modes_made_ = false;
    std::vector<double> block_modes_;                ///< (mode, neuron of the block), where made
    std::vector<double> first_waves_, second_waves_; ///< by direction, storage for make_modes
};

} // namespace equipoise::network
