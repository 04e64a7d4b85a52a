#pragma once

#include "equipoise/config/config.hpp"
#include "equipoise/domain/partition.hpp"
#include "equipoise/domain/sites.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace equipoise::domain {

/// Where the neurons of one population sit. Neurons are numbered so that neighbours in number are
/// neighbours in space. Three cases:
///   shared sites   neurons_per_site() > 1 neurons at each site of a lattice (on a point: all at
///   one) lattice        one neuron at each site; on the ring phases are computed, never stored
///   random         independent uniform positions drawn from the seed, stored for the local blocks
class Placement {
  public:
    /// The neurons of `population` in `local` blocks. Random positions are the order statistics of
    /// n independent uniforms along the ring or the torus' space-filling curve (which preserves
    /// area), made of partial sums of exponential draws, so that every rank makes only its own:
    /// collective.
    Placement(const config::Config& config, std::size_t population, BlockRange local,
              const parallel::Communicator& comm);

    [[nodiscard]] std::int64_t neurons() const noexcept { return neurons_; }
    [[nodiscard]] const BlockRange& local() const noexcept { return local_; }
    /// Neurons in a block: block_size but for the last one.
    [[nodiscard]] std::int64_t count(std::int64_t block) const;
    /// The first local neuron, neurons() where a rank beyond the last block has none, and how many
    /// there are.
    [[nodiscard]] std::int64_t first_neuron() const {
        return std::min(local_.first * block_size, neurons_);
    }
    [[nodiscard]] std::int64_t local_neurons() const;

    /// 1 when every neuron has a position of its own.
    [[nodiscard]] std::int64_t neurons_per_site() const noexcept { return per_site_; }
    [[nodiscard]] bool is_plane() const noexcept { return kind_ == config::DomainKind::torus; }
    [[nodiscard]] bool is_ring() const noexcept { return kind_ == config::DomainKind::ring; }
    /// Whether neuron j of n sits at the phase j / n of a ring.
    [[nodiscard]] bool evenly_spaced() const noexcept {
        return kind_ == config::DomainKind::ring && per_site_ == 1 && !random_;
    }
    /// The lattice; only when positions are not random.
    [[nodiscard]] const Sites& sites() const noexcept { return sites_; }
    /// The phase of a local neuron.
    [[nodiscard]] Phase phase(std::int64_t neuron) const;
    /// Phases of the neurons of a local block, component by component, count(block) values each.
    void phases(std::int64_t block, double* first, double* second) const;

  private:
    void draw_positions(const config::Config& config, std::size_t population,
                        const parallel::Communicator& comm);

    config::DomainKind kind_;
    std::int64_t neurons_;
    BlockRange local_;
    std::int64_t per_site_ = 1;
    bool random_;
    Sites sites_;
    std::vector<double> stored_first_, stored_second_; ///< of the local neurons, where stored
};

/// Every population's placement on this rank, by the partition of all of them over the ranks.
/// Collective.
std::vector<Placement> place(const config::Config& config, const parallel::Communicator& comm);

} // namespace equipoise::domain
