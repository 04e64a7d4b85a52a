#include "equipoise/fluctuations/chain_population.hpp"

#include "equipoise/fluctuations/truncation.hpp"
#include "equipoise/kinetic/range.hpp"
#include "equipoise/util/errors.hpp"

#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace equipoise::fluctuations {

namespace {

constexpr Eigen::Index most_modes = 96;
constexpr double left_out = 1e-10; ///< part of each observable's sum of squares
/// Cells per standard deviation of a step's noise: the midpoint rule's relative error is then
/// 2 exp(-2 pi^2 1.4^2) = 3e-17 in the bulk.
constexpr double cells_per_deviation = 1.4;

Eigen::VectorXd evaluate(const model::Function& function, const Eigen::VectorXd& z) {
    Eigen::VectorXd values(z.size());
    function.values(z.data(), values.data(), static_cast<std::size_t>(z.size()));
    return values;
}

} // namespace

ChainPopulation::ChainPopulation(const model::Population& population, double iota, double mean,
                                 const TimeForm& time, std::size_t cells)
    : population_(&population), iota_(iota), time_(time), wanted_cells_(cells),
      evaluator_(kinetic::Grid{-1.0, 1.0, 2}) {
    lay_grid(mean);
}

void ChainPopulation::lay_grid(double mean) {
    reference_ = mean;
    const double scale = std::abs(population_->noise->value(
        std::clamp(mean, population_->range.lower, population_->range.upper)));
    const auto [lower, upper] =
        kinetic::stationary_range(*population_, mean, 1e-3 + std::max(scale, 1e-3));
    grid_ = {1.1 * lower, 1.1 * upper, wanted_cells_};
    transition_ = false;
    if (!time_.is_continuous() && !time_.exact) {
        double least = scale;
        for (std::size_t k = 0; k < grid_.cells; ++k) {
            const double z = std::clamp(mean + grid_.centre(k), population_->range.lower,
                                        population_->range.upper);
            least = std::min(least, std::abs(population_->noise->value(z)));
        }
        const double needed = cells_per_deviation * (grid_.upper - grid_.lower) /
                              (least * std::sqrt(time_.step) + 1e-300);
        if (needed <= static_cast<double>(most_transition_cells)) {
            transition_ = true;
            grid_.cells = std::max(wanted_cells_, static_cast<std::size_t>(needed) + 1);
        }
    }
    evaluator_ = kinetic::RateEvaluator(grid_);
    evaluator_.set_mean(*population_, reference_);
}

bool ChainPopulation::adapt(double input) {
    const double mean = stationary(input).mean;
    if (std::abs(mean - reference_) <= 1e-3 * (grid_.upper - grid_.lower)) {
        return false;
    }
    lay_grid(mean);
    return true;
}

Chain ChainPopulation::chain(double input) {
    const auto n = static_cast<Eigen::Index>(grid_.cells);
    Chain result{Eigen::VectorXd(n), Eigen::VectorXd(n), Eigen::VectorXd(n), Eigen::VectorXd(n),
                 Eigen::VectorXd(n)};
    const double compensation = -(input + iota_);
    evaluator_.rates(compensation, result.up.data(), result.down.data());
    // Detailed balance: up_k m_k = down_{k+1} m_{k+1}.
    Eigen::VectorXd logarithm = Eigen::VectorXd::Zero(n);
    for (Eigen::Index k = 0; k < n; ++k) {
        result.z[k] = reference_ + grid_.centre(static_cast<std::size_t>(k));
        if (k + 1 < n) {
            logarithm[k + 1] = logarithm[k] + std::log(std::max(result.up[k], 1e-300)) -
                               std::log(std::max(result.down[k + 1], 1e-300));
        }
    }
    result.mass = (logarithm.array() - logarithm.maxCoeff()).exp().max(1e-290);
    result.mass /= result.mass.sum();
    Eigen::VectorXd by_mean(n);
    Eigen::VectorXd by_compensation(n);
    evaluator_.rates_and_slopes(compensation, result.mass.data(), result.up.data(),
                                result.down.data(), by_mean.data(), by_compensation.data());
    // dp_k/dt = flux_{k-1} - flux_k, and the input is minus the compensation.
    for (Eigen::Index k = 0; k < n; ++k) {
        result.push[k] = by_compensation[k] - (k > 0 ? by_compensation[k - 1] : 0.0);
    }
    return result;
}

Eigen::VectorXd ChainPopulation::shifted(const Eigen::VectorXd& z, double lag) const {
    return (z.array() - lag).max(population_->range.lower).min(population_->range.upper);
}

Eigen::MatrixXd ChainPopulation::transition(double input, Eigen::MatrixXd* push) const {
    const auto n = static_cast<Eigen::Index>(grid_.cells);
    Eigen::VectorXd z(n);
    for (Eigen::Index k = 0; k < n; ++k) {
        z[k] = reference_ + grid_.centre(static_cast<std::size_t>(k));
    }
    const Eigen::VectorXd inside = shifted(z, 0.0);
    const Eigen::VectorXd drift = evaluate(*population_->drift, inside);
    const Eigen::VectorXd noise = evaluate(*population_->noise, inside);
    Eigen::MatrixXd to(n, n);
    if (push != nullptr) {
        push->resize(n, n);
    }
    for (Eigen::Index j = 0; j < n; ++j) {
        const double centre = z[j] + time_.step * (drift[j] + iota_ + input);
        const double variance = noise[j] * noise[j] * time_.step;
        to.col(j) = (-(z.array() - centre).square() / (2.0 * variance)).exp();
        // Sums over the centres are normalised: what a step would take past the ends is kept out.
        to.col(j) /= std::max(to.col(j).sum(), 1e-300);
        if (push != nullptr) {
            push->col(j) = to.col(j).array() * (z.array() - centre) / variance;
            push->col(j).array() -= to.col(j).array() * push->col(j).sum();
        }
    }
    return to;
}

Eigen::VectorXd ChainPopulation::masses(double input) {
    if (!transition_) {
        return chain(input).mass;
    }
    // (T - 1) m = 0 with the last row, which depends on the others, replaced by sum m = 1.
    Eigen::MatrixXd matrix = transition(input, nullptr);
    matrix.diagonal().array() -= 1.0;
    matrix.row(matrix.rows() - 1).setOnes();
    return matrix.partialPivLu().solve(Eigen::VectorXd::Unit(matrix.rows(), matrix.rows() - 1));
}

Stationary ChainPopulation::stationary(double input) {
    const Eigen::VectorXd mass = masses(input);
    const auto n = static_cast<Eigen::Index>(grid_.cells);
    Eigen::VectorXd z(n);
    for (Eigen::Index k = 0; k < n; ++k) {
        z[k] = reference_ + grid_.centre(static_cast<std::size_t>(k));
    }
    Stationary result;
    result.mean = mass.dot(z);
    result.variance = mass.dot((z.array() - result.mean).square().matrix());
    const Eigen::VectorXd at = shifted(z, time_.lag(input));
    Eigen::VectorXd value(n);
    Eigen::VectorXd slope(n);
    for (const model::FunctionPointer& gain : population_->gains) {
        gain->slopes(at.data(), value.data(), slope.data(), grid_.cells);
        result.gain.push_back(mass.dot(value));
        result.slope.push_back(mass.dot(slope));
    }
    return result;
}

Linearisation ChainPopulation::linearise(double input) {
    const Chain now = chain(input);
    const Eigen::Index n = now.z.size();
    const Eigen::Index modes = std::min(most_modes, n - 1);
    const Eigen::VectorXd diagonal = -(now.up + now.down);
    const Eigen::VectorXd off_diagonal =
        (now.up.head(n - 1).array() * now.down.tail(n - 1).array()).sqrt();
    Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver;
    solver.computeFromTridiagonal(diagonal, off_diagonal);
    if (solver.info() != Eigen::Success) {
        throw NumericsError("the eigenfunctions of the Fokker-Planck operator could not be found");
    }
    // By descending eigenvalue, without the 0 that belongs to the stationary density.
    const Eigen::VectorXd rates = solver.eigenvalues().reverse().segment(1, modes);
    const Eigen::MatrixXd q = solver.eigenvectors().rowwise().reverse().middleCols(1, modes);
    const Eigen::VectorXd root = now.mass.cwiseSqrt();
    const Eigen::MatrixXd psi = root.cwiseInverse().asDiagonal() * q;

    Linearisation result;
    Eigen::VectorXd mass = now.mass;
    if (time_.is_continuous()) {
        result.evolution = rates.asDiagonal();
        result.noise = (-2.0 * rates).asDiagonal();
        result.response = psi.transpose() * now.push;
    } else if (!transition_) {
        const Eigen::ArrayXd decay = (time_.step * rates.array()).exp();
        result.evolution = decay.matrix().asDiagonal();
        result.noise = (1.0 - decay.square()).matrix().asDiagonal();
        result.response = psi.transpose() * now.push;
    } else {
        mass = masses(input);
        Eigen::MatrixXd push;
        const Eigen::MatrixXd to = transition(input, &push);
        const Eigen::MatrixXd phi = root.asDiagonal() * q;
        result.evolution = psi.transpose() * to * phi;
        result.response = psi.transpose() * (push * mass);
        const Eigen::VectorXd mean = psi.transpose() * mass;
        const Eigen::MatrixXd independent =
            psi.transpose() * mass.asDiagonal() * psi - mean * mean.transpose();
        result.noise =
            independent - result.evolution * independent * result.evolution.transpose();
    }
    // Observables by their coefficients: <F, eta> = sum_k <F, phi_k> x_k, phi_k = m psi_k.
    const auto coefficients = [&](const Eigen::VectorXd& values) -> Eigen::VectorXd {
        return q.transpose() * (root.array() * values.array()).matrix();
    };
    const double mean = mass.dot(now.z);
    const Eigen::VectorXd y = now.z.array() - mean;
    result.state = coefficients(y);
    result.square = coefficients(y.cwiseAbs2());
    const Eigen::VectorXd at = shifted(now.z, time_.lag(input));
    Eigen::VectorXd value(n);
    Eigen::VectorXd slope(n);
    for (const model::FunctionPointer& gain : population_->gains) {
        gain->slopes(at.data(), value.data(), slope.data(), grid_.cells);
        result.gains.push_back(coefficients(value));
        if (time_.corrects_slopes()) {
            result.slopes.push_back(coefficients(slope));
        }
    }
    truncate(result, std::max<Eigen::Index>(2, needed_modes(result, left_out)));
    return result;
}

} // namespace equipoise::fluctuations
