#pragma once

#include "equipoise/balance/lattice.hpp"
#include "equipoise/kinetic/grid.hpp"
#include "equipoise/kinetic/line_groups.hpp"
#include "equipoise/kinetic/rates.hpp"
#include "equipoise/model/model.hpp"

#include <array>
#include <cstddef>
#include <vector>

namespace equipoise::kinetic {

/// What a line's state is made of, `stride` values in a row: the density p at the cells' centres,
/// the mean v, and g, the mean drift <f>.
struct LineLayout {
    std::size_t cells = 0;

    [[nodiscard]] std::size_t stride() const { return cells + 2; }
    [[nodiscard]] std::size_t mean() const { return cells; }
    [[nodiscard]] std::size_t drift() const { return cells + 1; }
};

/// One value for each lane of a group.
using LaneValues = std::array<double, LineGroup::most_lanes>;

/// The local lines, a *line* being one population at one site: line = site * populations +
/// population. Holds what follows from the lines' states alone: the rates of their Fokker-Planck
/// operators with derivatives, the gains on the cells and their means. Lines are worked on in
/// groups, whose arrays are by (cell, lane). No MPI.
class Lines {
  public:
    Lines(const model::Model& model, const Grid& grid, const balance::Lattice& lattice);

    /// Takes the states of all lines, (line, stride): densities, rates and their derivatives.
    void evaluate_rates(const double* u);
    /// Takes the states of all lines: the gains on the cells, and the means of gains and slopes.
    void evaluate_gains(const double* u);
    /// The means only.
    void evaluate_gain_means(const double* u);
    /// Gives the memory of what the first two keep back; they take it again.
    void release();

    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    [[nodiscard]] std::size_t populations() const noexcept { return populations_; }
    [[nodiscard]] std::size_t population(std::size_t line) const { return line % populations_; }
    [[nodiscard]] std::size_t site(std::size_t line) const { return line / populations_; }
    [[nodiscard]] const Grid& grid() const noexcept { return grid_; }
    [[nodiscard]] LineLayout layout() const { return {grid_.cells}; }
    [[nodiscard]] const model::Model& model() const noexcept { return *model_; }

    [[nodiscard]] const std::vector<LineGroup>& groups() const noexcept { return groups_; }
    /// Of all groups: the size of an array by (group, lane).
    [[nodiscard]] std::size_t lanes() const noexcept { return lanes_; }
    [[nodiscard]] std::size_t line(const LineGroup& group, std::size_t lane) const {
        return group.site(lane) * populations_ + group.population;
    }
    /// Where a group's values begin in an array by (group, cell, lane), of size cells * lanes().
    [[nodiscard]] std::size_t begin(const LineGroup& group) const {
        return group.first_lane * grid_.cells;
    }
    /// Densities of a group from states (line, stride), into to(cell, lane).
    void gather(const LineGroup& group, const double* u, double* to) const;
    /// The other way; idle lanes are left out.
    void scatter(const LineGroup& group, const double* from, double* u);

    /// Of a group, by (cell, lane), at the state last evaluated: densities, rates, and the
    /// derivatives of fluxes with respect to v and g.
    [[nodiscard]] const double* density(const LineGroup& group) const {
        return density_.data() + begin(group);
    }
    [[nodiscard]] const double* up(const LineGroup& group) const {
        return up_.data() + begin(group);
    }
    [[nodiscard]] const double* down(const LineGroup& group) const {
        return down_.data() + begin(group);
    }
    [[nodiscard]] const double* flux_v(const LineGroup& group) const {
        return flux_v_.data() + begin(group);
    }
    [[nodiscard]] const double* flux_g(const LineGroup& group) const {
        return flux_g_.data() + begin(group);
    }
    // Of one group, by (cell, lane), into arrays of the caller's; nothing is kept.

    /// Rates and derivatives of fluxes (RateEvaluator) at v[lane], g[lane] and densities p.
    void rates(const LineGroup& group, const double* v, const double* g, const double* p,
               double* up, double* down, double* flux_v, double* flux_g);
    /// The states z = v[lane] + y, cut off to the population's range.
    void positions(const LineGroup& group, const double* v, double* z) const;
    /// A gain of the group's population and its slope at states z.
    void gain(const LineGroup& group, std::size_t g, const double* z, double* values,
              double* slopes) const;
    /// dy sum_k of gain and slope times the densities p, into arrays by (site, gain).
    void gain_means(const LineGroup& group, std::size_t g, const double* values,
                    const double* slopes, const double* p, double* means,
                    double* slope_means) const;
    /// y_k, the cells' centres.
    [[nodiscard]] const std::vector<double>& centres() const noexcept { return y_; }

    /// The largest rate at which a cell of each line is left: the size of its operator A.
    [[nodiscard]] LaneValues largest_rates(const LineGroup& group) const;

    /// A p for the rates last evaluated.
    void apply(const LineGroup& group, const double* p, double* dpdt) const;
    /// dy sum_k y_k x_k.
    [[nodiscard]] LaneValues first_moments(const LineGroup& group, const double* x) const;

    /// Gains are numbered over all populations in the order of MomentLayout; those of a line's
    /// population are first_gain(population) + 0 .. gains(population) - 1.
    [[nodiscard]] std::size_t gain_count() const noexcept { return gain_count_; }
    [[nodiscard]] std::size_t first_gain(std::size_t population) const {
        return first_gain_[population];
    }
    [[nodiscard]] std::size_t gains(std::size_t population) const {
        return model_->population(population).gains.size();
    }
    /// Where gain g of a lane's population stands in an array by (site, gain).
    [[nodiscard]] std::size_t gain_index(const LineGroup& group, std::size_t lane,
                                         std::size_t g) const {
        return group.site(lane) * gain_count_ + first_gain_[group.population] + g;
    }
    /// dy sum_k G(v + y_k) x_k for gain g of the group's population, at the v last evaluated.
    [[nodiscard]] LaneValues gain_integrals(const LineGroup& group, std::size_t g,
                                            const double* x) const;
    /// E[G] and E[G'] by (site, gain) at the state last evaluated.
    [[nodiscard]] const std::vector<double>& gain_means() const noexcept { return gain_mean_; }
    [[nodiscard]] const std::vector<double>& slope_means() const noexcept { return slope_mean_; }

  private:
    /// The gains on the cells last evaluated.
    [[nodiscard]] const double* gain(const LineGroup& group, std::size_t g) const {
        return gain_.data() + g * lanes_ * grid_.cells + begin(group);
    }
    /// The second where `kept` is null.
    void evaluate_gains(const double* u, double* kept);
    [[nodiscard]] LaneValues lane_values(const LineGroup& group, const double* u,
                                         std::size_t at) const;

    const model::Model* model_;
    Grid grid_;
    std::size_t populations_, count_;
    std::size_t gain_count_ = 0, most_gains_ = 0;
    std::vector<std::size_t> first_gain_;
    std::vector<LineGroup> groups_;
    std::size_t lanes_ = 0;
    std::vector<double> y_;              ///< centres
    RateEvaluator evaluator_, one_lane_; ///< for full groups, and for single lines
    std::vector<double> density_, up_, down_, flux_v_, flux_g_; ///< (group, cell, lane)
    std::vector<double> gain_; ///< G(v + y_k) by (gain of the population, group, cell, lane)
    std::vector<double> gain_mean_, slope_mean_;       ///< (site, gain)
    std::vector<double> p_, z_, value_, slope_, idle_; ///< scratch of a group
};

} // namespace equipoise::kinetic
