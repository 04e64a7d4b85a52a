#include "equipoise/fluctuations/chain_population.hpp"

#include "equipoise/fluctuations/truncation.hpp"
#include "equipoise/kinetic/range.hpp"
#include "equipoise/util/errors.hpp"

#include <Eigen/Eigenvalues>
#include <Eigen/SparseLU>

#include <algorithm>
#include <cmath>

namespace equipoise::fluctuations {

namespace {

constexpr Eigen::Index most_modes = 96;
constexpr double left_out = 1e-10; ///< part of each observable's sum of squares
/// Cells per standard deviation of a step's noise: the midpoint rule's relative error is then
/// 2 exp(-2 pi^2 1.1^2) = 1e-10.
constexpr double cells_per_deviation = 1.1;
/// The eigenfunctions need some resolution too.
constexpr std::size_t least_transition_cells = 160;
/// Standard deviations of a step's noise beyond which transitions are left out.
constexpr double reach = 9.0;

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
            grid_.cells = std::max(least_transition_cells, static_cast<std::size_t>(needed) + 1);
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
    Chain result{centres(), Eigen::VectorXd(n), Eigen::VectorXd(n), Eigen::VectorXd(n),
                 Eigen::VectorXd(n)};
    const double compensation = -(input + iota_);
    evaluator_.rates(compensation, result.up.data(), result.down.data());
    // Detailed balance: up_k m_k = down_{k+1} m_{k+1}.
    Eigen::VectorXd logarithm = Eigen::VectorXd::Zero(n);
    for (Eigen::Index k = 0; k + 1 < n; ++k) {
        logarithm[k + 1] = logarithm[k] + std::log(std::max(result.up[k], 1e-300)) -
                           std::log(std::max(result.down[k + 1], 1e-300));
    }
    result.mass = (logarithm.array() - logarithm.maxCoeff()).exp().max(1e-290);
    result.mass /= result.mass.sum();
    Eigen::VectorXd by_mean(n);
    Eigen::VectorXd by_compensation(n);
    evaluator_.rates_and_slopes(*population_, &reference_, &compensation, result.mass.data(),
                                result.up.data(), result.down.data(), by_mean.data(),
                                by_compensation.data());
    // dp_k/dt = flux_{k-1} - flux_k, and the input is minus the compensation.
    for (Eigen::Index k = 0; k < n; ++k) {
        result.push[k] = by_compensation[k] - (k > 0 ? by_compensation[k - 1] : 0.0);
    }
    return result;
}

Eigen::VectorXd ChainPopulation::centres() const {
    Eigen::VectorXd z(static_cast<Eigen::Index>(grid_.cells));
    for (std::size_t k = 0; k < grid_.cells; ++k) {
        z[static_cast<Eigen::Index>(k)] = reference_ + grid_.centre(k);
    }
    return z;
}

Eigen::VectorXd ChainPopulation::shifted(const Eigen::VectorXd& z, double lag) const {
    return (z.array() - lag).max(population_->range.lower).min(population_->range.upper);
}

ChainPopulation::Transition ChainPopulation::transition(double input) const {
    const auto n = static_cast<Eigen::Index>(grid_.cells);
    const Eigen::VectorXd z = centres();
    const Eigen::VectorXd inside = shifted(z, 0.0);
    const Eigen::VectorXd drift = evaluate(*population_->drift, inside);
    const Eigen::VectorXd noise = evaluate(*population_->noise, inside);
    Transition result{Eigen::SparseMatrix<double>(n, n), Eigen::SparseMatrix<double>(n, n)};
    std::vector<Eigen::Triplet<double>> to;
    std::vector<Eigen::Triplet<double>> push;
    for (Eigen::Index j = 0; j < n; ++j) {
        const double centre =
            std::clamp(z[j] + time_.step * (drift[j] + iota_ + input), z[0], z[n - 1]);
        const double deviation = std::abs(noise[j]) * std::sqrt(time_.step);
        const auto row = [&](double state) {
            return std::clamp(static_cast<Eigen::Index>((state - z[0]) / grid_.width()),
                              Eigen::Index{0}, n - 1);
        };
        const Eigen::Index first = row(centre - reach * deviation);
        const Eigen::VectorXd x =
            (z.segment(first, row(centre + reach * deviation) + 1 - first).array() - centre) /
            deviation;
        // Normalised: what a step would take past the ends is kept out.
        Eigen::VectorXd part = (-0.5 * x.array().square()).exp();
        part /= part.sum();
        const double mean = part.dot(x);
        for (Eigen::Index i = 0; i < x.size(); ++i) {
            to.emplace_back(first + i, j, part[i]);
            push.emplace_back(first + i, j, part[i] * (x[i] - mean) / deviation);
        }
    }
    result.to.setFromTriplets(to.begin(), to.end());
    result.push.setFromTriplets(push.begin(), push.end());
    return result;
}

Eigen::VectorXd ChainPopulation::masses(double input) {
    if (!transition_) {
        return chain(input).mass;
    }
    // (1 - T) m = 0: the cell where the chain has most mass is given 1, its equation left out (it
    // follows from the others), and what remains is a banded M-matrix.
    const Eigen::SparseMatrix<double> to = transition(input).to;
    Eigen::Index given = 0;
    chain(input).mass.maxCoeff(&given);
    const Eigen::Index n = to.rows();
    const auto place = [given](Eigen::Index i) { return i < given ? i : i - 1; };
    std::vector<Eigen::Triplet<double>> entries;
    Eigen::VectorXd right = Eigen::VectorXd::Zero(n - 1);
    for (Eigen::Index j = 0; j < n; ++j) {
        if (j != given) {
            entries.emplace_back(place(j), place(j), 1.0);
        }
        for (Eigen::SparseMatrix<double>::InnerIterator it(to, j); it; ++it) {
            if (it.row() == given) {
                continue;
            }
            if (j == given) {
                right[place(it.row())] = it.value();
            } else {
                entries.emplace_back(place(it.row()), place(j), -it.value());
            }
        }
    }
    Eigen::SparseMatrix<double> matrix(n - 1, n - 1);
    matrix.setFromTriplets(entries.begin(), entries.end());
    const Eigen::SparseLU<Eigen::SparseMatrix<double>, Eigen::NaturalOrdering<int>> lu(matrix);
    if (lu.info() != Eigen::Success) {
        throw NumericsError("the stationary density of Euler's scheme could not be found");
    }
    const Eigen::VectorXd others = lu.solve(right);
    Eigen::VectorXd mass(n);
    mass << others.head(given), 1.0, others.tail(n - 1 - given);
    return mass / mass.sum();
}

Stationary ChainPopulation::stationary(double input) {
    const Eigen::VectorXd mass = masses(input);
    const auto n = static_cast<Eigen::Index>(grid_.cells);
    const Eigen::VectorXd z = centres();
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
        const Transition step = transition(input);
        const Eigen::MatrixXd phi = root.asDiagonal() * q;
        result.evolution = psi.transpose() * (step.to * phi);
        result.response = psi.transpose() * (step.push * mass);
        const Eigen::VectorXd mean = psi.transpose() * mass;
        const Eigen::MatrixXd independent =
            psi.transpose() * mass.asDiagonal() * psi - mean * mean.transpose();
        result.noise = independent - result.evolution * independent * result.evolution.transpose();
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
