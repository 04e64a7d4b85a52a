#pragma once

#include "equipoise/balance/lattice.hpp"
#include "equipoise/kinetic/grid.hpp"
#include "equipoise/kinetic/rates.hpp"
#include "equipoise/model/model.hpp"

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

/// The local lines, a *line* being one population at one site: line = site * populations +
/// population. Holds what follows from the lines' states alone: the rates of their Fokker-Planck
/// operators with derivatives, the gains on the cells and their means. No MPI.
class Lines {
  public:
    Lines(const model::Model& model, const Grid& grid, const balance::Lattice& lattice);

    /// Takes the states of all lines, (line, stride): the rates and their derivatives.
    void evaluate_rates(const double* u);
    /// Takes the states of all lines: the gains and their means.
    void evaluate_gains(const double* u);

    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    [[nodiscard]] std::size_t population(std::size_t line) const { return line % populations_; }
    [[nodiscard]] std::size_t site(std::size_t line) const { return line / populations_; }
    [[nodiscard]] const Grid& grid() const noexcept { return grid_; }
    [[nodiscard]] LineLayout layout() const { return {grid_.cells}; }
    [[nodiscard]] const model::Model& model() const noexcept { return *model_; }

    /// Rates of a line at the state last evaluated, cells values each, and the derivatives of its
    /// fluxes with respect to v and g.
    [[nodiscard]] const double* up(std::size_t line) const {
        return up_.data() + line * grid_.cells;
    }
    [[nodiscard]] const double* down(std::size_t line) const {
        return down_.data() + line * grid_.cells;
    }
    [[nodiscard]] const double* flux_v(std::size_t line) const {
        return flux_v_.data() + line * grid_.cells;
    }
    [[nodiscard]] const double* flux_g(std::size_t line) const {
        return flux_g_.data() + line * grid_.cells;
    }
    /// The largest rate at which a cell of the line is left: the size of its operator A.
    [[nodiscard]] double largest_rate(std::size_t line) const;

    /// A p for the rates last evaluated.
    void apply(std::size_t line, const double* p, double* dpdt) const;
    /// dy sum_k y_k x_k.
    [[nodiscard]] double first_moment(const double* x) const;

    /// Gains are numbered over all populations in the order of MomentLayout; those of a line's
    /// population are first_gain(population) + 0 .. gains(population) - 1.
    [[nodiscard]] std::size_t gain_count() const noexcept { return gain_count_; }
    [[nodiscard]] std::size_t first_gain(std::size_t population) const {
        return first_gain_[population];
    }
    [[nodiscard]] std::size_t gains(std::size_t population) const {
        return model_->population(population).gains.size();
    }
    /// dy sum_k G(v + y_k) x_k for gain g of the line's population, at the v last evaluated.
    [[nodiscard]] double gain_integral(std::size_t line, std::size_t g, const double* x) const;
    /// E[G] and E[G'] by (site, gain) at the state last evaluated.
    [[nodiscard]] const std::vector<double>& gain_means() const noexcept { return gain_mean_; }
    [[nodiscard]] const std::vector<double>& slope_means() const noexcept { return slope_mean_; }

  private:
    void evaluate_gains(std::size_t line, const double* u);

    const model::Model* model_;
    Grid grid_;
    std::size_t populations_, count_;
    std::size_t gain_count_ = 0;
    std::vector<std::size_t> first_gain_;
    std::vector<double> y_; ///< centres
    RateEvaluator evaluator_;
    std::vector<double> up_, down_, flux_v_, flux_g_; ///< (line, cell)
    std::vector<double> gain_;                        ///< (site, gain, cell): G(v + y_k)
    std::vector<double> gain_mean_, slope_mean_;      ///< (site, gain)
    std::vector<double> z_, slope_;                   ///< scratch, by cell
};

} // namespace equipoise::kinetic
