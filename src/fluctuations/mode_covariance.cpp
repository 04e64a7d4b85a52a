#include "equipoise/fluctuations/mode_covariance.hpp"

#include "equipoise/fluctuations/lyapunov.hpp"
#include "equipoise/util/errors.hpp"

#include <utility>

namespace equipoise::fluctuations {

namespace {

Eigen::Index index(std::size_t i) {
    return static_cast<Eigen::Index>(i);
}

/// The matrices of one mode, populations joined.
struct Joined {
    Eigen::MatrixXd evolution, noise; ///< E, N
    Eigen::MatrixXd response;         ///< U, (coordinate, active population)
    Eigen::MatrixXd gains;            ///< W or W*, (active population, coordinate)
    Eigen::MatrixXd jacobian;         ///< J or J*, over the active populations
    Eigen::MatrixXd state, square;    ///< (population, coordinate)
};

Joined join(const Ensemble& ensemble, const StationaryState& stationary,
            const std::vector<Linearisation>& populations, const Eigen::VectorXd& weights,
            std::optional<std::size_t> mode, double norm) {
    const model::Model& model = ensemble.balance->model();
    const Eigen::Index count = index(populations.size());
    std::vector<Eigen::Index> first;
    Eigen::Index size = 0;
    for (const Linearisation& population : populations) {
        first.push_back(size);
        size += population.state.size();
    }
    std::vector<std::size_t> active;
    for (std::size_t a = 0; a < populations.size(); ++a) {
        if (mode && ensemble.balance->active(a, *mode)) {
            active.push_back(a);
        }
    }
    const Eigen::Index inputs = index(active.size());
    Joined joined{Eigen::MatrixXd::Zero(size, size),   Eigen::MatrixXd::Zero(size, size),
                  Eigen::MatrixXd::Zero(size, inputs), Eigen::MatrixXd::Zero(inputs, size),
                  Eigen::MatrixXd(inputs, inputs),     Eigen::MatrixXd::Zero(count, size),
                  Eigen::MatrixXd::Zero(count, size)};
    for (std::size_t b = 0; b < populations.size(); ++b) {
        const Linearisation& from = populations[b];
        const Eigen::Index k = from.state.size();
        joined.evolution.block(first[b], first[b], k, k) = from.evolution;
        joined.noise.block(first[b], first[b], k, k) = norm * weights[index(b)] * from.noise;
        joined.state.row(index(b)).segment(first[b], k) = from.state.transpose();
        joined.square.row(index(b)).segment(first[b], k) = from.square.transpose();
    }
    if (active.empty()) {
        return joined;
    }
    const Eigen::MatrixXd jacobian = mode_jacobian(*ensemble.balance, *mode, stationary.densities);
    for (std::size_t i = 0; i < active.size(); ++i) {
        const std::size_t a = active[i];
        const Eigen::Index own = populations[a].state.size();
        joined.response.col(index(i)).segment(first[a], own) = norm * populations[a].response;
        for (std::size_t j = 0; j < active.size(); ++j) {
            joined.jacobian(index(i), index(j)) = jacobian(index(a), index(active[j]));
        }
        for (std::size_t b = 0; b < populations.size(); ++b) {
            if (!model.connected(a, b)) {
                continue;
            }
            const std::size_t g = model.gain_index(a, b);
            Eigen::VectorXd gain = populations[b].gains[g];
            if (ensemble.time.corrects_slopes()) {
                gain += ensemble.time.step * stationary.input[index(b)] * populations[b].slopes[g];
            }
            joined.gains.row(index(i)).segment(first[b], gain.size()) =
                model.population(b).sign * model.coefficient(a, b, *mode) * gain.transpose();
        }
    }
    return joined;
}

/// n times the covariance for n -> infinity: infinitely fast feedback holds W x = 0.
Eigen::MatrixXd constrained(const Joined& joined) {
    const Eigen::Index size = joined.evolution.rows();
    const Eigen::Index inputs = joined.gains.rows();
    const Eigen::MatrixXd closed = joined.gains * joined.response;
    const Eigen::FullPivLU<Eigen::MatrixXd> lu(closed);
    if (!lu.isInvertible() || lu.rcond() < 1e-10) {
        throw NumericsError("the Jacobian of the balance is singular, so that the limit of the "
                            "fluctuations does not exist");
    }
    const Eigen::MatrixXd projection =
        Eigen::MatrixXd::Identity(size, size) - joined.response * lu.solve(joined.gains);
    // An orthonormal basis of the null space of W.
    const Eigen::HouseholderQR<Eigen::MatrixXd> qr(joined.gains.transpose());
    const Eigen::MatrixXd q = qr.householderQ();
    const Eigen::MatrixXd free = q.rightCols(size - inputs);
    const Eigen::MatrixXd onto = free.transpose() * projection;
    return free * lyapunov(onto * joined.evolution * free, onto * joined.noise * onto.transpose()) *
           free.transpose();
}

Eigen::MatrixXd solve(const Ensemble& ensemble, const Joined& joined) {
    const double dt = ensemble.time.step;
    const Eigen::Index inputs = joined.gains.rows();
    if (ensemble.eps == 0.0) {
        ensure(ensemble.time.is_continuous(), "the limit is one of continuous time");
        return inputs == 0 ? lyapunov(joined.evolution, joined.noise) : constrained(joined);
    }
    if (ensemble.time.is_continuous()) {
        return lyapunov(joined.evolution + joined.response * joined.gains / ensemble.eps,
                        joined.noise);
    }
    if (ensemble.time.scheme == config::Scheme::explicit_euler) {
        return stein(joined.evolution + dt / ensemble.eps * joined.response * joined.gains,
                     joined.noise);
    }
    Eigen::MatrixXd push =
        Eigen::MatrixXd::Identity(joined.evolution.rows(), joined.evolution.rows());
    if (inputs > 0) {
        const Eigen::MatrixXd matrix =
            ensemble.eps * Eigen::MatrixXd::Identity(inputs, inputs) - dt * joined.jacobian;
        push += dt * joined.response * matrix.partialPivLu().solve(joined.gains);
    }
    return stein(push * joined.evolution, push * joined.noise * push.transpose());
}

} // namespace

ModeCovariance mode_covariance(const Ensemble& ensemble, const StationaryState& state,
                               const std::vector<Linearisation>& populations,
                               const Eigen::VectorXd& weights, std::optional<std::size_t> mode,
                               double norm) {
    const Joined joined = join(ensemble, state, populations, weights, mode, norm);
    const Eigen::MatrixXd covariance = solve(ensemble, joined);
    return {joined.state * covariance * joined.state.transpose(),
            joined.square * covariance * joined.square.transpose()};
}

} // namespace equipoise::fluctuations
