// Protects the finite network's fluctuations: with linear gains the population means are a linear
// stochastic system that closes at once (model section 6), so that their mean and covariance are
// known exactly, for the scheme and step used.
#include "equipoise/network/block_loops.hpp"

#include <Eigen/Dense>
#include <catch2/catch.hpp>

#include "statistics/z_score.hpp"
#include "unit/network/setup.hpp"
#include <cmath>
#include <string>
#include <vector>

using namespace equipoise;
using Eigen::Matrix2d;
using Eigen::Vector2d;

namespace {

constexpr double n = 1024;   ///< neurons of e, which set the scaling
constexpr double n_i = 2048; ///< neurons of i
const Vector2d tau{1.0, 0.6};
const Vector2d sigma{1.0, 0.7};
const Vector2d drive{1.0, 0.2};

/// J_ab = s_b c_ab slope_ab of the network below.
Matrix2d coupling_matrix() {
    Matrix2d j;
    j << 0.3, -1.0, 1.0, -0.8;
    return j;
}

std::string text(const std::string& scheme, double dt) {
    return "[run]\nt_end = 1\nseed = 77\noutput_interval = 1\n[domain]\nkind = point\n"
           "[populations]\nnames = e i\n[population.e]\nsign = excitatory\nneurons = 1024\ndrift = "
           "linear(tau=1)\nnoise = constant(sigma=1)\ndrive = 1\nmean = 0.8\nvariance = 0.5\n"
           "[population.i]\nsign = inhibitory\nneurons = 2048\ndrift = linear(tau=0.6)\nnoise = "
           "constant(sigma=0.7)\ndrive = 0.2\nmean = 1.2\nvariance = 0.147\n"
           "[coupling.e.e]\nkernel = cosine(0.3)\ngain = linear(slope=1)\n[coupling.e.i]\nkernel = "
           "cosine(0.5)\ngain = linear(slope=2)\n[coupling.i.e]\nkernel = cosine(1)\ngain = "
           "linear(slope=1)\n[coupling.i.i]\nkernel = cosine(0.8)\ngain = linear(slope=1)\n"
           "[network]\ntime_step = " +
           std::to_string(dt) + "\nscheme = " + scheme + "\n";
}

/// m' = step m + constant + noise of covariance `noise`, for the vector m of the population means.
struct LinearChain {
    Matrix2d step, noise;
    Vector2d constant;
    Vector2d neuron_variance; ///< stationary variance of z - m within a population, n large

    /// m' = (1 - dt/tau) m + dt sqrt(n) (A + J m) + sigma sqrt(dt) eta / sqrt(n_b)
    static LinearChain explicit_scheme(double dt) {
        LinearChain chain;
        const Vector2d decay = Vector2d::Ones() - dt * tau.cwiseInverse();
        chain.step = Matrix2d(decay.asDiagonal()) + dt * std::sqrt(n) * coupling_matrix();
        chain.constant = dt * std::sqrt(n) * drive;
        const Vector2d kick = sigma.cwiseAbs2() * dt;
        chain.noise = kick.cwiseQuotient(Vector2d(n, n_i)).asDiagonal();
        chain.neuron_variance = kick.cwiseQuotient(Vector2d::Ones() - decay.cwiseAbs2());
        return chain;
    }
    /// m* = e m + w eta / sqrt(n_b) (exact local step), m' = m* + dt (eps - dt J)^-1 (A + J m*).
    static LinearChain balanced_scheme(double dt) {
        LinearChain chain;
        const double eps = 1.0 / std::sqrt(n);
        const Matrix2d inverse = (eps * Matrix2d::Identity() - dt * coupling_matrix()).inverse();
        const Matrix2d kicked = Matrix2d::Identity() + dt * inverse * coupling_matrix();
        const Vector2d decay = (-dt * tau.cwiseInverse()).array().exp();
        const Vector2d weight = 0.5 * sigma.cwiseAbs2().cwiseProduct(tau).cwiseProduct(
                                          Vector2d::Ones() - decay.cwiseAbs2());
        chain.step = kicked * decay.asDiagonal();
        chain.constant = dt * inverse * drive;
        const Matrix2d local = weight.cwiseQuotient(Vector2d(n, n_i)).asDiagonal();
        chain.noise = kicked * local * kicked.transpose();
        chain.neuron_variance = weight.cwiseQuotient(Vector2d::Ones() - decay.cwiseAbs2());
        return chain;
    }

    [[nodiscard]] Vector2d mean() const {
        return (Matrix2d::Identity() - step).inverse() * constant;
    }
    /// The stationary covariance: the sum over all past noise.
    [[nodiscard]] Matrix2d covariance() const {
        Matrix2d sum = Matrix2d::Zero();
        Matrix2d term = noise;
        while (term.norm() > 1e-18 * noise.norm()) {
            sum += term;
            term = step * term * step.transpose();
        }
        return sum;
    }
};

/// The stationary covariance of dm = (-m/tau + sqrt(n) (A + J m)) dt + sigma n_b^(-1/2) dW, by the
/// Lyapunov equation M S + S M^T + Q = 0 written out for its three unknowns.
Matrix2d covariance_of_sde() {
    const Matrix2d m = std::sqrt(n) * coupling_matrix() - Matrix2d(tau.cwiseInverse().asDiagonal());
    const Vector2d q = sigma.cwiseAbs2().cwiseQuotient(Vector2d(n, n_i));
    Eigen::Matrix3d system;
    system << 2 * m(0, 0), 2 * m(0, 1), 0, m(1, 0), m(0, 0) + m(1, 1), m(0, 1), 0, 2 * m(1, 0),
        2 * m(1, 1);
    const Eigen::Vector3d s = system.fullPivLu().solve(Eigen::Vector3d(-q[0], 0, -q[1]));
    Matrix2d covariance;
    covariance << s[0], s[1], s[1], s[2];
    return covariance;
}

Vector2d means(Setup& setup) {
    Vector2d m;
    for (std::size_t a = 0; a < 2; ++a) {
        const auto& z = setup.solver.state(a).z;
        m[static_cast<Eigen::Index>(a)] =
            network::ordered_sum(z.data(), z.size()) / static_cast<double>(z.size());
    }
    return m;
}

/// Simulates `steps` steps after a settling time and compares time averages with the chain's
/// stationary values; the averages' standard errors are exact too, from its autocovariances.
void check_chain(const std::string& scheme, double dt, const LinearChain& chain, int steps) {
    CAPTURE(scheme, dt);
    Setup setup(text(scheme, dt));
    setup.start();
    setup.steps(static_cast<int>(8.0 / dt));
    const Vector2d expected = chain.mean();
    const Matrix2d covariance = chain.covariance();
    Vector2d first = Vector2d::Zero();
    Matrix2d second = Matrix2d::Zero();
    Vector2d variance = Vector2d::Zero();
    int samples = 0;
    for (int step = 0; step < steps; ++step) {
        setup.steps(1);
        setup.solver.settle();
        const Vector2d m = means(setup);
        first += (m - expected) / steps;
        second += (m - expected) * (m - expected).transpose() / steps;
        if (step % 5000 == 4999) {
            ++samples;
            for (std::size_t a = 0; a < 2; ++a) {
                const auto at = static_cast<Eigen::Index>(a);
                for (const double z : setup.solver.state(a).z) {
                    variance[at] += (z - m[at]) * (z - m[at]);
                }
            }
        }
    }
    // Var of an average: (1/N) sum over lags of the autocovariance; of an averaged product of
    // Gaussians: (1/N) sum over lags of G_ii G_jj + G_ij G_ji.
    Matrix2d of_mean = Matrix2d::Zero();
    Matrix2d of_product = Matrix2d::Zero();
    Matrix2d lagged = covariance;
    for (int lag = 0; lagged.norm() > 1e-12 * covariance.norm(); ++lag) {
        const double weight = lag == 0 ? 1.0 : 2.0;
        of_mean += weight * lagged / steps;
        for (Eigen::Index i = 0; i < 2; ++i) {
            for (Eigen::Index j = 0; j < 2; ++j) {
                of_product(i, j) +=
                    weight * (lagged(i, i) * lagged(j, j) + lagged(i, j) * lagged(j, i)) / steps;
            }
        }
        lagged = chain.step * lagged;
    }
    for (Eigen::Index i = 0; i < 2; ++i) {
        check_within_five_errors("mean " + std::to_string(i), first[i] + expected[i], expected[i],
                                 std::sqrt(of_mean(i, i)));
        for (Eigen::Index j = i; j < 2; ++j) {
            check_within_five_errors("covariance " + std::to_string(i) + std::to_string(j),
                                     second(i, j), covariance(i, j), std::sqrt(of_product(i, j)));
        }
        // Within a population, z - m: the input is common to all, so only the local noise counts.
        const double count = i == 0 ? n : n_i;
        const double within = chain.neuron_variance[i] * (1.0 - 1.0 / count);
        check_within_five_errors("variance " + std::to_string(i), variance[i] / (samples * count),
                                 within, within * std::sqrt(2.0 / (count * samples)));
    }
}

} // namespace

TEST_CASE("means of a linear network under the balanced scheme: exact mean and covariance") {
    // sqrt(n) dt |J| = 0.3, 1.6 and 8: the scheme's fluctuations, not the limit, depend on the
    // step.
    for (const double dt : {0.01, 0.05, 0.25}) {
        check_chain("balanced", dt, LinearChain::balanced_scheme(dt), 40000);
    }
}

TEST_CASE("means of a linear network under the explicit scheme: exact mean and covariance") {
    for (const double dt : {0.002, 0.008}) {
        check_chain("explicit", dt, LinearChain::explicit_scheme(dt), 40000);
    }
}

TEST_CASE("both schemes' covariances tend to the stochastic equation's with the step") {
    const Matrix2d exact = covariance_of_sde();
    // Constrained directions fluctuate far less than unconnected neurons would, sigma^2 tau / 2n.
    CHECK(exact(0, 0) < 0.2 * 0.5 / n);
    CHECK(exact(1, 1) < 0.147 / n_i);
    for (const bool balanced : {false, true}) {
        double before = 0.0;
        for (const double dt : {4e-4, 2e-4, 1e-4}) {
            const LinearChain chain =
                balanced ? LinearChain::balanced_scheme(dt) : LinearChain::explicit_scheme(dt);
            const double error = (chain.covariance() - exact).norm() / exact.norm();
            CHECK(error < 60.0 * dt);
            if (before > 0.0) {
                CHECK(before / error == Approx(2.0).margin(0.1)); // first order
            }
            before = error;
            // The stationary mean of the explicit scheme is the equation's at any step.
            const Vector2d mean =
                (std::sqrt(n) * coupling_matrix() - Matrix2d(tau.cwiseInverse().asDiagonal()))
                    .partialPivLu()
                    .solve(-std::sqrt(n) * drive);
            CHECK((chain.mean() - mean).norm() < (balanced ? 0.1 * dt : 1e-12));
        }
    }
}

TEST_CASE("the explicit scheme at a small step against the stochastic equation itself") {
    const double dt = 0.0005;
    const LinearChain chain = LinearChain::explicit_scheme(dt);
    // The step's own error is 2 % here, below the sampling error of the covariance.
    CHECK((chain.covariance() - covariance_of_sde()).norm() < 0.02 * covariance_of_sde().norm());
    check_chain("explicit", dt, chain, 40000);
}
