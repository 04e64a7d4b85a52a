#include "equipoise/kinetic/limiter.hpp"

#include "equipoise/kinetic/chain_solver.hpp"
#include "equipoise/kinetic/initial_density.hpp"

#include <algorithm>
#include <cmath>

namespace equipoise::kinetic {

Limiter::Limiter(const Grid& grid, double negligible)
    : grid_(grid), negligible_(negligible), evaluator_(grid), up_(grid.cells), down_(grid.cells),
      pivot_(grid.cells), right_(grid.cells), euler_(grid.cells) {}

double Limiter::first_moment(const std::vector<double>& p) const {
    double sum = 0.0;
    for (std::size_t k = 0; k < grid_.cells; ++k) {
        sum += grid_.centre(k) * p[k];
    }
    return sum * grid_.width();
}

void Limiter::backward_euler(const model::Population& population, const double* before, double dt,
                             double v, double g, std::vector<double>& result) {
    const std::size_t cells = grid_.cells;
    for (std::size_t k = 0; k < cells; ++k) {
        right_[k] = before[k] / dt;
    }
    evaluator_.set_mean(population, v);
    const auto mean_at = [&](double drift) {
        evaluator_.rates(drift, up_.data(), down_.data());
        ChainSolver::factor(1.0 / dt, up_.data(), down_.data(), cells, 1, pivot_.data());
        ChainSolver::solve(up_.data(), down_.data(), pivot_.data(), cells, 1, right_.data(),
                           result.data());
        return first_moment(result);
    };
    // A bracket around the root, then the method of Illinois (regula falsi that cannot stall).
    const double tolerance = 1e-14 * (grid_.upper - grid_.lower);
    double low = g;
    double f_low = mean_at(low);
    if (std::abs(f_low) <= tolerance) {
        return;
    }
    double width = std::max(1e-3, 2.0 * std::abs(f_low) / dt);
    double high = low;
    double f_high = f_low;
    for (int doubling = 0; doubling < 200 && (f_low > 0.0) == (f_high > 0.0); ++doubling) {
        low = high;
        f_low = f_high;
        high += f_low > 0.0 ? width : -width;
        f_high = mean_at(high);
        width *= 2.0;
    }
    for (int iteration = 0; iteration < 100; ++iteration) {
        const double middle = high - f_high * (high - low) / (f_high - f_low);
        const double f = mean_at(middle);
        if (std::abs(f) <= tolerance || middle == low || middle == high) {
            return;
        }
        if ((f > 0.0) == (f_high > 0.0)) {
            f_low *= 0.5;
        } else {
            low = high;
            f_low = f_high;
        }
        high = middle;
        f_high = f;
    }
}

void Limiter::blend(double* p) const {
    const std::size_t cells = grid_.cells;
    // p = euler - (flux_k - flux_{k-1}); the sum runs from the nearer end, where it is most exact.
    std::vector<double> flux(cells - 1);
    double below = 0.0;
    for (std::size_t k = 0; k + 1 < cells; ++k) {
        below -= p[k] - euler_[k];
        flux[k] = below;
    }
    double above = 0.0;
    for (std::size_t k = cells - 1; k > cells / 2; --k) {
        above += p[k] - euler_[k];
        flux[k - 1] = above;
    }
    std::vector<double> share(cells, 1.0); // of what may leave a cell
    for (std::size_t k = 0; k < cells; ++k) {
        const double out = (k + 1 < cells ? std::max(flux[k], 0.0) : 0.0) +
                           (k > 0 ? std::max(-flux[k - 1], 0.0) : 0.0);
        share[k] = out > euler_[k] ? euler_[k] / out : 1.0;
    }
    double limited_below = 0.0;
    for (std::size_t k = 0; k < cells; ++k) {
        double limited = 0.0;
        if (k + 1 < cells) {
            limited = flux[k] * (flux[k] >= 0.0 ? share[k] : share[k + 1]);
        }
        p[k] = std::max(0.0, euler_[k] - (limited - limited_below)); // max: rounding only
        limited_below = limited;
    }
}

Undershoot Limiter::apply(const model::Population& population, const double* before, double dt,
                          double v, double g, double* p) {
    const Undershoot repaired = repair(p);
    if (repaired != Undershoot::large) {
        return repaired;
    }
    double mass = 0.0;
    for (std::size_t k = 0; k < grid_.cells; ++k) {
        mass += p[k];
    }
    backward_euler(population, before, dt, v, g, euler_);
    blend(p);
    double blended = 0.0;
    for (std::size_t k = 0; k < grid_.cells; ++k) {
        blended += p[k];
    }
    for (std::size_t k = 0; k < grid_.cells; ++k) {
        p[k] *= mass / blended; // rounding, so that it cannot add up over many steps
    }
    centre_density(grid_, p);
    return Undershoot::large;
}

} // namespace equipoise::kinetic
