#include "equipoise/network/measure.hpp"

#include "equipoise/network/block_loops.hpp"
#include "equipoise/util/errors.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace equipoise::network {

namespace {

using Block = std::array<double, random::block_size>;

/// Exact sums of one kind, several of them, over the blocks of all ranks.
class ExactSums {
  public:
    ExactSums(std::size_t size, double bound) : scale_(bound), limbs_(2 * size, 0) {}

    void add(std::size_t i, double term) {
        // The states were checked against state_bound in the step before, so a term always fits.
        ensure(parallel::add_term(scale_, term, std::span<std::int64_t, 2>(&limbs_[2 * i], 2)),
               "a measured sum is within its bound");
    }
    void finish(const SumOverRanks& sum) { sum(limbs_); }
    [[nodiscard]] double operator[](std::size_t i) const {
        return scale_.join(limbs_[2 * i], limbs_[2 * i + 1]);
    }

  private:
    parallel::FixedPointScale scale_;
    std::vector<std::int64_t> limbs_;
};

constexpr double block_neurons = static_cast<double>(random::block_size);
/// Means and variances are taken of states within the bound, after at most one kick beyond it.
constexpr double first_moment_bound = 4.0 * block_neurons * model::state_bound;
constexpr double second_moment_bound = 16.0 * first_moment_bound * model::state_bound;

} // namespace

model::Basis recorded_basis(const model::Model& model, std::int64_t modes) {
    std::vector<model::WaveVector> waves = model.basis().waves();
    waves.push_back({});
    const config::DomainKind kind = model.domain().kind;
    if (kind != config::DomainKind::point) {
        const int highest = static_cast<int>(modes);
        const int across = kind == config::DomainKind::torus ? highest : 0;
        for (int k1 = 0; k1 <= highest; ++k1) {
            for (int k2 = -across; k2 <= across; ++k2) {
                waves.push_back({{k1, k2}});
            }
        }
    }
    return model::Basis(waves);
}

Measurement::Measurement(NetworkSolver& solver, const std::vector<domain::Placement>& placements,
                         const model::Basis& recorded, std::int64_t bins,
                         std::int64_t density_cells, std::array<double, 2> density_range)
    : solver_(&solver), recorded_(recorded), drive_(solver.balance().model()), bins_(bins),
      per_direction_(bins), cells_(density_cells), range_(density_range) {
    const config::DomainKind kind = solver.balance().model().domain().kind;
    if (kind == config::DomainKind::point || bins < 1) {
        bins_ = per_direction_ = 1;
    } else if (kind == config::DomainKind::torus) {
        per_direction_ = std::llround(std::sqrt(static_cast<double>(bins)));
        ensure(per_direction_ * per_direction_ == bins, "bins on the torus are a perfect square");
    }
    for (std::size_t p = 0; p < recorded_.size(); ++p) {
        modes_.push_back(p);
    }
    for (const domain::Placement& placement : placements) {
        populations_.push_back({Geometry(placement, recorded_), &placement});
    }
}

template <class Visit>
void Measurement::for_each_block(Visit&& visit) {
    for (std::size_t a = 0; a < populations_.size(); ++a) {
        const domain::PopulationState& state = solver_->state(a);
        for (std::int64_t block = state.blocks.first; block < state.blocks.end; ++block) {
            populations_[a].geometry.enter(block);
            visit(a, state.z.data() + (block * domain::block_size - state.first_neuron),
                  static_cast<std::size_t>(populations_[a].placement->count(block)));
        }
    }
}

Record Measurement::measure(const SumOverRanks& sum) {
    solver_->settle();
    const balance::Balance& balance = solver_->balance();
    const balance::MomentLayout& layout = balance.layout();
    const model::Model& model = balance.model();
    const std::size_t count = populations_.size();
    const std::size_t modes = recorded_.size();
    const auto bins = static_cast<std::size_t>(bins_);

    // First pass: modes of z, bins of z, and the gains' moments for the residual.
    std::vector<ExactSums> mode_sums;
    ExactSums bin_sums(count * bins, first_moment_bound);
    std::vector<ExactSums> gain_sums;
    std::vector<std::int64_t> bin_counts(count * bins, 0);
    std::vector<std::size_t> first_gain;
    for (std::size_t a = 0; a < count; ++a) {
        const Geometry& geometry = populations_[a].geometry;
        mode_sums.emplace_back(geometry.sum_count(modes), first_moment_bound);
        first_gain.push_back(gain_sums.size());
        for (const model::FunctionPointer& gain : model.population(a).gains) {
            gain_sums.emplace_back(
                geometry.sum_count(layout.basis().size()),
                std::max(1e-100, 4.0 * block_neurons * gain->bound(0, 4.0 * model::state_bound)));
        }
    }
    std::vector<std::size_t> kernel_modes;
    for (const model::Mode& mode : layout.basis().modes()) {
        kernel_modes.push_back(recorded_.index(mode));
    }
    std::vector<double> block_bins(bins);
    std::array<std::uint32_t, random::block_size> bin{};
    Block value;
    // A bin's sum within a block is added in the order of the neurons, then exactly over blocks.
    const auto add_to_bins = [&](std::size_t a, const double* values, std::size_t n,
                                 ExactSums& into) {
        for (std::size_t i = 0; i < n; ++i) {
            block_bins[bin[i]] += values[i];
        }
        for (std::size_t i = 0; i < n; ++i) {
            if (double& binned = block_bins[bin[i]]; binned != 0.0) {
                into.add(a * bins + bin[i], binned);
                binned = 0.0;
            }
        }
    };
    for_each_block([&](std::size_t a, const double* z, std::size_t n) {
        Geometry& geometry = populations_[a].geometry;
        const auto add_to = [](ExactSums& sums) {
            return [&sums](std::size_t i, double term) { sums.add(i, term); };
        };
        geometry.add_sums(z, modes_, add_to(mode_sums[a]));
        for (std::size_t g = 0; g < model.population(a).gains.size(); ++g) {
            model.population(a).gains[g]->values(z, value.data(), n);
            geometry.add_sums(value.data(), kernel_modes, add_to(gain_sums[first_gain[a] + g]));
        }
        geometry.bins(per_direction_, bin.data());
        for (std::size_t i = 0; i < n; ++i) {
            ++bin_counts[a * bins + bin[i]];
        }
        add_to_bins(a, z, n, bin_sums);
    });
    bin_sums.finish(sum);
    for (std::vector<ExactSums>* all : {&mode_sums, &gain_sums}) {
        for (ExactSums& sums : *all) {
            sums.finish(sum);
        }
    }
    sum(bin_counts);

    Record record;
    record.time = solver_->time();
    record.iterations = solver_->step_solver().effort().last;
    const std::size_t constant = recorded_.index({{}, false});
    std::vector<double> moments(layout.size(), 0.0);
    for (std::size_t a = 0; a < count; ++a) {
        const double share = 1.0 / static_cast<double>(solver_->state(a).neurons);
        Geometry& geometry = populations_[a].geometry;
        const auto join = [&](std::span<const std::size_t> of, const ExactSums& sums, double* out) {
            geometry.join_sums(
                of, [&sums](std::size_t i) { return sums[i]; }, out);
            std::for_each_n(out, of.size(), [share](double& joined) { joined *= share; });
        };
        record.mean_modes.resize((a + 1) * modes);
        join(modes_, mode_sums[a], record.mean_modes.data() + a * modes);
        record.mean.push_back(record.mean_modes[a * modes + constant]);
        for (std::size_t g = 0; g < model.population(a).gains.size(); ++g) {
            join(kernel_modes, gain_sums[first_gain[a] + g],
                 moments.data() + layout.gain_begin(a, g));
        }
        std::vector<double> coefficients;
        for (std::size_t p = 0; p < modes; ++p) { // minus vhat, for the second pass
            coefficients.push_back(-record.mean_modes[a * modes + p] / recorded_.norm(p));
        }
        geometry.set_field(modes_, coefficients);
        for (std::size_t i = 0; i < bins; ++i) {
            const std::int64_t n = bin_counts[a * bins + i];
            record.profile_mean.push_back(n > 0 ? bin_sums[a * bins + i] / static_cast<double>(n)
                                                : std::numeric_limits<double>::quiet_NaN());
        }
    }
    const Eigen::VectorXd residual = balance.residual(drive_.at(record.time), moments);
    const double root_n = std::sqrt(static_cast<double>(model.size()));
    record.balance.assign(count * modes, 0.0);
    record.input.assign(count * modes, 0.0);
    for (std::size_t i = 0; i < balance.size(); ++i) {
        const auto [a, p] = balance.unknowns()[i];
        const double r = residual[static_cast<Eigen::Index>(i)];
        record.balance[a * modes + kernel_modes[p]] = r;
        record.input[a * modes + kernel_modes[p]] = root_n * r;
    }

    // Second pass: squares about the mean field and about the bins' means.
    ExactSums squares(count, second_moment_bound);
    ExactSums bin_squares(count * bins, second_moment_bound);
    for_each_block([&](std::size_t a, const double* z, std::size_t n) {
        Geometry& geometry = populations_[a].geometry;
        std::copy_n(z, n, value.data());
        geometry.add_field(value.data());
        squares.add(a, ordered_dot(value.data(), value.data(), n));
        geometry.bins(per_direction_, bin.data());
        for (std::size_t i = 0; i < n; ++i) {
            const double y = z[i] - record.profile_mean[a * bins + bin[i]];
            value[i] = y * y;
        }
        add_to_bins(a, value.data(), n, bin_squares);
    });
    squares.finish(sum);
    bin_squares.finish(sum);
    for (std::size_t a = 0; a < count; ++a) {
        record.variance.push_back(squares[a] / static_cast<double>(solver_->state(a).neurons));
        for (std::size_t i = 0; i < bins; ++i) {
            const std::int64_t n = bin_counts[a * bins + i];
            record.profile_variance.push_back(n > 0 ? bin_squares[a * bins + i] /
                                                          static_cast<double>(n)
                                                    : std::numeric_limits<double>::quiet_NaN());
        }
    }
    record.covariance = covariances(sum);
    return record;
}

/// Neurons of one number are on one rank (domain::place).
std::vector<double> Measurement::covariances(const SumOverRanks& sum) {
    const std::vector<model::Covariance>& pairs = solver_->balance().model().covariances();
    if (pairs.empty()) {
        return {};
    }
    ExactSums products(pairs.size(), second_moment_bound);
    std::array<Block, 2> y;
    for (std::size_t k = 0; k < pairs.size(); ++k) {
        const std::array<std::size_t, 2> pair{pairs[k].first, pairs[k].second};
        const domain::BlockRange blocks = solver_->state(pair[0]).blocks;
        for (std::int64_t block = blocks.first; block < blocks.end; ++block) {
            const auto n = static_cast<std::size_t>(populations_[pair[0]].placement->count(block));
            for (std::size_t side = 0; side < 2; ++side) {
                const domain::PopulationState& state = solver_->state(pair[side]);
                Geometry& geometry = populations_[pair[side]].geometry;
                geometry.enter(block);
                std::copy_n(state.z.data() + (block * domain::block_size - state.first_neuron), n,
                            y[side].data());
                geometry.add_field(y[side].data());
            }
            products.add(k, ordered_dot(y[0].data(), y[1].data(), n));
        }
    }
    products.finish(sum);
    std::vector<double> result;
    for (std::size_t k = 0; k < pairs.size(); ++k) {
        result.push_back(products[k] / static_cast<double>(solver_->state(pairs[k].first).neurons));
    }
    return result;
}

Measurement::Density Measurement::density(const SumOverRanks& sum) {
    const auto bins = static_cast<std::size_t>(bins_);
    const auto cells = static_cast<std::size_t>(cells_);
    const std::size_t rows = populations_.size() * bins;
    // Counts: cells of each row, then the neurons outside the range.
    std::vector<std::int64_t> counts(rows * (cells + 1), 0);
    const double width = (range_[1] - range_[0]) / static_cast<double>(cells_);
    std::array<std::uint32_t, random::block_size> bin{};
    Block y;
    for_each_block([&](std::size_t a, const double* z, std::size_t n) {
        std::copy_n(z, n, y.data());
        populations_[a].geometry.add_field(y.data());
        populations_[a].geometry.bins(per_direction_, bin.data());
        for (std::size_t i = 0; i < n; ++i) {
            const double place = std::floor((y[i] - range_[0]) / width);
            const bool inside = place >= 0.0 && place < static_cast<double>(cells_);
            const std::size_t cell = inside ? static_cast<std::size_t>(place) : cells;
            ++counts[(a * bins + bin[i]) * (cells + 1) + cell];
        }
    });
    sum(counts);
    Density density;
    for (std::size_t row = 0; row < rows; ++row) {
        const std::int64_t* of_row = counts.data() + row * (cells + 1);
        std::int64_t total = 0;
        for (std::size_t cell = 0; cell <= cells; ++cell) {
            total += of_row[cell];
        }
        const double share =
            total > 0 ? 1.0 / static_cast<double>(total) : std::numeric_limits<double>::quiet_NaN();
        for (std::size_t cell = 0; cell < cells; ++cell) {
            density.values.push_back(share * static_cast<double>(of_row[cell]) / width);
        }
        density.outside.push_back(share * static_cast<double>(of_row[cells]));
    }
    return density;
}

} // namespace equipoise::network
