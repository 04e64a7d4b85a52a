#pragma once

#include "equipoise/kinetic/rates.hpp"
#include "equipoise/kinetic/undershoot.hpp"

#include <array>
#include <cstddef>
#include <vector>

namespace equipoise::kinetic {

/// Keeps densities non-negative whatever the time step. The second-order step may undershoot
/// where the density falls fast within one step; backward Euler's never does (ChainSolver). The
/// two conserve the same mass, so they differ by the divergence of a flux, which is limited face
/// by face so that no cell turns negative (flux-corrected transport, Zalesak 1979). Where the
/// second-order result is positive already it is not touched, and next to a negative cell the
/// change is of the size of the undershoot. Where that is negligible, as in the far tails of every
/// density that shrinks, mass is moved between neighbours instead (repair_undershoot()). Mass and
/// E[y] = 0 are kept.
class Limiter {
  public:
    /// `negligible`: mass that a density may lack in its negative cells.
    Limiter(const Grid& grid, double negligible);

    /// Repairs the line density p (cells values) where its undershoot is negligible.
    Undershoot repair(double* p) const { return repair_undershoot(grid_, negligible_, p); }
    /// The same for lines side by side (repair_undershoots()).
    std::array<Undershoot, LineGroup::most_lanes> repair(std::size_t lanes, double* p) const {
        return repair_undershoots(grid_, negligible_, lanes, p);
    }
    /// Repairs the line density p at the end of a step from `before` over the time dt; v and g are
    /// those at the end of the step. Undershoot::large: by backward Euler and limited fluxes.
    Undershoot apply(const model::Population& population, const double* before, double dt, double v,
                     double g, double* p);

    /// Backward Euler with v frozen and g such that E[y] = 0, into result. E[y] falls monotonically
    /// in g, so there is exactly one such g.
    void backward_euler(const model::Population& population, const double* before, double dt,
                        double v, double g, std::vector<double>& result);

  private:
    [[nodiscard]] double first_moment(const std::vector<double>& p) const;
    void blend(double* p) const;

    Grid grid_;
    double negligible_;
    RateEvaluator evaluator_;
    std::vector<double> up_, down_, pivot_, right_, euler_;
};

} // namespace equipoise::kinetic
