#include "equipoise/network/geometry.hpp"

#include "equipoise/elementary/clones.hpp"
#include "equipoise/network/block_loops.hpp"
#include "equipoise/util/errors.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace equipoise::network {

namespace {

constexpr std::size_t block_size = random::block_size;

/// (cosine, sine) of the sum of two angles; sign = -1: of their difference.
EQUIPOISE_CLONES
void add_angles(const double* __restrict c1, const double* __restrict s1,
                const double* __restrict c2, const double* __restrict s2, double sign,
                double* __restrict cosine, double* __restrict sine, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        cosine[i] = std::fma(c1[i], c2[i], -sign * (s1[i] * s2[i]));
        sine[i] = std::fma(s1[i], c2[i], sign * (c1[i] * s2[i]));
    }
}

/// cos and sin of 2 pi k u for k = 0..highest at the neurons of a block: table[k] holds the
/// block's cosines, then its sines.
class WaveTable {
  public:
    /// The table lives in `storage`, kept between blocks to spare the allocation.
    WaveTable(std::vector<double>& storage, const double* u, int highest, std::size_t count)
        : values_(storage) {
        values_.resize(2 * block_size * static_cast<std::size_t>(highest + 1));
        std::fill_n(cosine(0), count, 1.0);
        std::fill_n(sine(0), count, 0.0);
        if (highest >= 1) {
            sines_cosines(u, cosine(1), sine(1), count);
        }
        for (int k = 2; k <= highest; ++k) {
            add_angles(cosine(k - 1), sine(k - 1), cosine(1), sine(1), 1.0, cosine(k), sine(k),
                       count);
        }
    }
    double* cosine(int k) { return values_.data() + 2 * block_size * static_cast<std::size_t>(k); }
    double* sine(int k) { return cosine(k) + block_size; }

  private:
    std::vector<double>& values_;
};

} // namespace

/// Sums by site cost a rank of any number of them the message and the transform, a few nanoseconds
/// a site; sums by mode cost an exact addition for each block and mode and a product for each site
/// and mode, shared by the ranks. `ratio` weighs them for a few ranks.
bool Geometry::sums_by_site(const domain::Placement& placement, const model::Basis& basis) {
    constexpr std::int64_t ratio = 16;
    if (placement.neurons_per_site() == 1 || placement.sites().size() == 1) {
        return false;
    }
    const std::int64_t runs = domain::block_count(placement.neurons()) + placement.sites().size();
    return runs * static_cast<std::int64_t>(basis.size()) > ratio * placement.sites().size();
}

Geometry::Geometry(const domain::Placement& placement, const model::Basis& basis)
    : placement_(&placement), basis_(&basis), shared_(placement.neurons_per_site() > 1) {
    if (!shared_) {
        if (placement.is_ring()) {
            lay_out_ring();
        }
        if (!ring_) {
            block_modes_.resize(basis.size() * block_size);
        }
        return;
    }
    if (sums_by_site(placement, basis)) {
        const domain::Sites& lattice = placement.sites();
        transform_.emplace(Transform{{lattice.counts(), basis}, {}});
        for (std::int64_t site = 0; site < lattice.size(); ++site) {
            const auto [row, column] = lattice.cell(site);
            transform_->cell.push_back(
                static_cast<std::size_t>(row * lattice.counts()[1] + column));
        }
    }
    const std::int64_t neurons = placement.local_neurons();
    if (neurons == 0) {
        return;
    }
    const std::int64_t per_site = placement.neurons_per_site();
    first_site_ = placement.first_neuron() / per_site;
    const std::int64_t last_site = (placement.first_neuron() + neurons - 1) / per_site;
    const auto sites = static_cast<std::size_t>(last_site - first_site_ + 1);
    site_field_.resize(sites);
    if (transform_) {
        return;
    }
    site_modes_.resize(sites * basis.size());
    for (std::size_t s = 0; s < sites; ++s) {
        basis.values(placement.sites().phase(first_site_ + static_cast<std::int64_t>(s)),
                     site_modes_.data() + s * basis.size());
    }
}

void Geometry::lay_out_ring() {
    const auto neurons = static_cast<double>(placement_->neurons());
    const std::size_t modes = basis_->size();
    constexpr double last = static_cast<double>(block_size - 1);
    if (placement_->evenly_spaced()) {
        half_width_ = 0.5 * last / neurons;
        // A block's sums over the waves also have to be made of those over the polynomials.
        if (5 * RingPolynomials::degrees(*basis_, half_width_) < 3 * modes) {
            std::array<double, block_size> u{};
            for (std::size_t i = 0; i < block_size; ++i) {
                u[i] = 2.0 * static_cast<double>(i) / last - 1.0;
            }
            polynomials_.emplace(*basis_, half_width_);
            polynomials_->place(u.data(), block_size);
        } else {
            ring_.emplace(*basis_, placement_->neurons());
        }
        return;
    }
    // At random 1024 neighbours take the share of as many neurons, give or take a thirtieth of it
    // (standard deviation). To make the modes takes several times as long as to make polynomials.
    half_width_ = 0.625 * last / neurons;
    if (RingPolynomials::degrees(*basis_, half_width_) < 2 * modes) {
        polynomials_.emplace(*basis_, half_width_);
    }
}

bool Geometry::enter_arc() {
    if (!polynomials_) {
        return false;
    }
    if (placement_->evenly_spaced()) {
        const std::int64_t twice_centre = 2 * block_ * domain::block_size + domain::block_size - 1;
        polynomials_->enter(count_, [&](std::int64_t k) {
            return turn(k, twice_centre, 2 * placement_->neurons());
        });
        return true;
    }
    std::array<double, block_size> u{};
    std::array<double, block_size> other{};
    placement_->phases(block_, u.data(), other.data()); // ascending
    const double centre = 0.5 * (u[0] + u[count_ - 1]);
    if (u[count_ - 1] - centre > half_width_) {
        return false;
    }
    for (std::size_t i = 0; i < count_; ++i) {
        u[i] = (u[i] - centre) / half_width_;
    }
    polynomials_->place(u.data(), count_);
    polynomials_->enter(count_, [&](std::int64_t k) {
        const double turns = static_cast<double>(k) * centre;
        return turns - std::nearbyint(turns);
    });
    return true;
}

void Geometry::enter(std::int64_t block) {
    block_ = block;
    count_ = static_cast<std::size_t>(placement_->count(block));
    in_arc_ = enter_arc();
    if (in_arc_) {
        return;
    }
    if (ring_) {
        ring_->enter(block * domain::block_size, count_);
        return;
    }
    if (!shared_) {
        modes_made_ = false;
        return;
    }
    runs_.clear();
    const std::int64_t per_site = placement_->neurons_per_site();
    const std::int64_t first = block * domain::block_size;
    const std::int64_t end = first + static_cast<std::int64_t>(count_);
    for (std::int64_t j = first; j < end;) {
        const std::int64_t site = j / per_site;
        const std::int64_t next = std::min((site + 1) * per_site, end);
        runs_.push_back({static_cast<std::int32_t>(j - first),
                         static_cast<std::int32_t>(next - first),
                         static_cast<std::size_t>(site - first_site_)});
        j = next;
    }
}

void Geometry::make_modes() {
    if (modes_made_) {
        return;
    }
    modes_made_ = true;
    std::array<double, block_size> u1{};
    std::array<double, block_size> u2{};
    placement_->phases(block_, u1.data(), u2.data());
    WaveTable first(first_waves_, u1.data(), basis_->max_wave_number(0), count_);
    const int highest = basis_->max_wave_number(1);
    WaveTable second(second_waves_, u2.data(), highest, count_);
    for (std::size_t w = 0; w < basis_->waves().size(); ++w) {
        const auto [k1, k2] = basis_->waves()[w].k;
        double* cosine = block_modes_.data() + basis_->cosine_index(w) * block_size;
        if (k1 == 0 && k2 == 0) {
            std::fill_n(cosine, count_, 1.0);
        } else {
            add_angles(first.cosine(k1), first.sine(k1), second.cosine(std::abs(k2)),
                       second.sine(std::abs(k2)), k2 < 0 ? -1.0 : 1.0, cosine, cosine + block_size,
                       count_);
        }
    }
}

double Geometry::run_sum(const double* values, const Run& run) {
    return ordered_sum(values + run.begin, static_cast<std::size_t>(run.end - run.begin));
}

void Geometry::project(const double* values, std::span<const std::size_t> modes, double* sums) {
    if (in_arc_) {
        polynomials_->project(values, modes, sums);
        return;
    }
    if (ring_) {
        ring_->project(values, modes, sums);
        return;
    }
    if (!shared_) {
        make_modes();
        for (std::size_t m = 0; m < modes.size(); ++m) {
            sums[m] = ordered_dot(values, block_modes_.data() + modes[m] * block_size, count_);
        }
        return;
    }
    std::fill_n(sums, modes.size(), 0.0);
    for (const Run& run : runs_) {
        const double sum = run_sum(values, run);
        const double* phi = site_modes_.data() + run.site * basis_->size();
        for (std::size_t m = 0; m < modes.size(); ++m) {
            sums[m] += sum * phi[modes[m]];
        }
    }
}

void Geometry::set_field(std::span<const std::size_t> modes, std::span<const double> coefficients) {
    field_modes_.assign(modes.begin(), modes.end());
    field_coefficients_.assign(coefficients.begin(), coefficients.end());
    if (transform_) {
        sums_.assign(basis_->size(), 0.0);
        for (std::size_t m = 0; m < modes.size(); ++m) {
            sums_[modes[m]] += coefficients[m];
        }
        transform_->modes.evaluate(sums_);
        for (std::size_t s = 0; s < site_field_.size(); ++s) {
            site_field_[s] =
                transform_->modes
                    .values()[transform_->cell[static_cast<std::size_t>(first_site_) + s]];
        }
        return;
    }
    for (std::size_t s = 0; s < site_field_.size(); ++s) {
        double field = 0.0;
        for (std::size_t m = 0; m < modes.size(); ++m) {
            field += coefficients[m] * site_modes_[s * basis_->size() + modes[m]];
        }
        site_field_[s] = field;
    }
}

void Geometry::add_field(double* values) {
    if (in_arc_) {
        polynomials_->add_field(values, field_modes_, field_coefficients_);
        return;
    }
    if (ring_) {
        ring_->add_field(values, field_modes_, field_coefficients_);
        return;
    }
    if (!shared_) {
        make_modes();
        for (std::size_t m = 0; m < field_modes_.size(); ++m) {
            add_scaled(values, field_coefficients_[m],
                       block_modes_.data() + field_modes_[m] * block_size, count_);
        }
        return;
    }
    for (const Run& run : runs_) {
        add_constant(values + run.begin, site_field_[run.site],
                     static_cast<std::size_t>(run.end - run.begin));
    }
}

std::optional<double> Geometry::uniform_field() const {
    if (!shared_ || runs_.size() != 1) {
        return std::nullopt;
    }
    return site_field_[runs_.front().site];
}

void Geometry::bins(std::int64_t per_direction, std::uint32_t* bin) {
    const auto cells = static_cast<double>(per_direction);
    const bool plane = placement_->is_plane();
    const auto bin_of = [&](double u1, double u2) {
        const auto first = static_cast<std::uint32_t>(std::min(u1 * cells, cells - 1.0));
        const auto second = static_cast<std::uint32_t>(std::min(u2 * cells, cells - 1.0));
        return plane ? first * static_cast<std::uint32_t>(per_direction) + second : first;
    };
    if (shared_) { // finding a site's place on the torus takes as long as many neurons' steps
        for (const Run& run : runs_) {
            const domain::Phase phase =
                placement_->sites().phase(first_site_ + static_cast<std::int64_t>(run.site));
            std::fill(bin + run.begin, bin + run.end, bin_of(phase[0], phase[1]));
        }
        return;
    }
    std::array<double, block_size> u1{};
    std::array<double, block_size> u2{};
    placement_->phases(block_, u1.data(), u2.data());
    for (std::size_t i = 0; i < count_; ++i) {
        bin[i] = bin_of(u1[i], u2[i]);
    }
}

} // namespace equipoise::network
