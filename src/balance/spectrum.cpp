#include "equipoise/balance/spectrum.hpp"

#include "equipoise/balance/mode_jacobian.hpp"
#include "equipoise/util/errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <utility>

namespace equipoise::balance {

double Spectrum::largest_real_part() const {
    return eigenvalues.empty() ? -std::numeric_limits<double>::infinity()
                               : eigenvalues.front().real();
}

double Spectrum::frequency(double n) const {
    return eigenvalues.empty()
               ? 0.0
               : std::sqrt(n) * std::abs(eigenvalues.front().imag()) / (2.0 * std::numbers::pi);
}

double Spectrum::radius() const {
    double largest = 0.0;
    for (const auto& value : eigenvalues) {
        largest = std::max(largest, std::abs(value));
    }
    return largest;
}

namespace {

/// An eigenvalue and the unknown, by its number, that weighs most in its eigenvector.
struct Eigenpair {
    std::complex<double> value;
    std::size_t unknown;
};

/// Of J, or of its block over `unknowns`.
void add_eigenpairs(const Eigen::MatrixXd& matrix, const std::vector<std::size_t>& unknowns,
                    std::vector<Eigenpair>& pairs) {
    const Eigen::EigenSolver<Eigen::MatrixXd> solver(matrix);
    if (solver.info() != Eigen::Success) {
        throw NumericsError("the eigenvalues of the balance's Jacobian could not be computed");
    }
    for (Eigen::Index i = 0; i < matrix.rows(); ++i) {
        Eigen::Index heaviest = 0;
        solver.eigenvectors().col(i).cwiseAbs().maxCoeff(&heaviest);
        pairs.push_back({solver.eigenvalues()[i], unknowns[static_cast<std::size_t>(heaviest)]});
    }
}

Spectrum sorted(const Balance& balance, std::vector<Eigenpair> pairs) {
    std::sort(pairs.begin(), pairs.end(), [](const Eigenpair& a, const Eigenpair& b) {
        return a.value.real() != b.value.real() ? a.value.real() > b.value.real()
                                                : a.value.imag() > b.value.imag();
    });
    Spectrum result;
    for (const Eigenpair& pair : pairs) {
        result.eigenvalues.push_back(pair.value);
        result.unknowns.push_back(balance.name(balance.unknowns()[pair.unknown]));
    }
    return result;
}

} // namespace

Spectrum spectrum(const Balance& balance, const Eigen::MatrixXd& jacobian) {
    std::vector<Eigenpair> pairs;
    if (jacobian.rows() > 0) {
        std::vector<std::size_t> all(balance.size());
        std::iota(all.begin(), all.end(), std::size_t{0});
        add_eigenpairs(jacobian, all, pairs);
    }
    return sorted(balance, std::move(pairs));
}

Spectrum spectrum(const Balance& balance, std::span<const double> moments,
                  std::span<const double> slopes) {
    const auto slope = [&](std::size_t population) {
        return slopes.empty() ? 0.0 : slopes[population];
    };
    if (balance.size() <= most_eigenvalues) {
        Eigen::MatrixXd jacobian = balance.jacobian(moments);
        for (std::size_t i = 0; i < balance.size(); ++i) {
            const auto at = static_cast<Eigen::Index>(i);
            jacobian(at, at) += slope(balance.unknowns()[i].population);
        }
        return spectrum(balance, jacobian);
    }
    ModeJacobian jacobian(balance);
    jacobian.set(moments);
    std::vector<std::vector<std::size_t>> unknowns(balance.layout().basis().size());
    for (std::size_t i = 0; i < balance.size(); ++i) {
        unknowns[balance.unknowns()[i].mode].push_back(i);
    }
    std::vector<Eigenpair> pairs;
    for (std::size_t p = 0; p < unknowns.size(); ++p) {
        Eigen::MatrixXd block = jacobian.uniform_block(p);
        for (Eigen::Index i = 0; i < block.rows(); ++i) {
            block(i, i) += slope(jacobian.active(p)[static_cast<std::size_t>(i)]);
        }
        if (block.rows() > 0) {
            add_eigenpairs(block, unknowns[p], pairs);
        }
    }
    constexpr double rounding = 1e-12; // of the moments
    Spectrum result = sorted(balance, std::move(pairs));
    result.left_out = jacobian.unevenness() > rounding ? jacobian.unevenness() : 0.0;
    return result;
}

Stability classify(const Spectrum& spectrum, double tolerance) {
    constexpr double rounding = 1e-13; // of J's entries and eigenvalues, relative to the largest
    const double size = spectrum.radius();
    Stability worst = Stability::attracting;
    for (const auto& value : spectrum.eigenvalues) {
        // Against its own size: modes of a smooth kernel have rates over many orders of magnitude.
        const double allowed = tolerance * std::abs(value) + rounding * size;
        if (value.real() > allowed) {
            return Stability::unstable;
        }
        if (value.real() >= -allowed) {
            const bool zero = std::abs(value) <= rounding * size;
            worst = zero ? Stability::singular
                         : (worst == Stability::singular ? worst : Stability::oscillating);
        }
    }
    return worst;
}

std::string in_words(const Spectrum& spectrum, double n) {
    if (spectrum.eigenvalues.empty()) {
        return "uncoupled: there is nothing to balance";
    }
    const double real = spectrum.largest_real_part();
    const std::string& where = spectrum.unknowns.front();
    switch (classify(spectrum)) {
    case Stability::attracting:
        return fmt::format("attracting: perturbations off balance decay at the rate {:.4g} "
                           "(sqrt(n) times {:.4g}; slowest: {})",
                           -real * std::sqrt(n), -real, where);
    case Stability::oscillating: {
        const double f = spectrum.frequency(n);
        return fmt::format(
            "oscillating at about {:.4g} per unit of time (period {:.4g}) for n = {:.0f}, growing "
            "like sqrt(n): an eigenvalue pair of J lies on the imaginary axis ({})",
            f, 1.0 / f, n, where);
    }
    case Stability::unstable:
        return fmt::format(
            "no balanced state: perturbations off balance grow at the rate {:.4g} "
            "(sqrt(n) times {:.4g}), oscillating at about {:.4g} per unit of time ({})",
            real * std::sqrt(n), real, spectrum.frequency(n), where);
    case Stability::singular:
        return fmt::format("not determined by the coupling alone: J is singular ({})", where);
    }
    return {};
}

double largest_explicit_step(const Spectrum& spectrum, double n, double slope) {
    double step = slope < 0.0 ? -2.0 / slope : std::numeric_limits<double>::infinity();
    for (const auto& value : spectrum.eigenvalues) {
        const std::complex<double> mu = std::sqrt(n) * value + slope;
        step = std::min(step, mu.real() < 0.0 ? -2.0 * mu.real() / std::norm(mu) : 0.0);
    }
    return step;
}

Spectrum broadcast(const parallel::Communicator& comm, Spectrum spectrum) {
    std::vector<double> size{static_cast<double>(spectrum.eigenvalues.size())};
    comm.broadcast(size);
    spectrum.eigenvalues.resize(static_cast<std::size_t>(size[0]));
    spectrum.unknowns.resize(spectrum.eigenvalues.size());
    for (std::size_t i = 0; i < spectrum.eigenvalues.size(); ++i) {
        std::vector<double> parts{spectrum.eigenvalues[i].real(), spectrum.eigenvalues[i].imag()};
        comm.broadcast(parts);
        spectrum.eigenvalues[i] = {parts[0], parts[1]};
        spectrum.unknowns[i] = comm.broadcast(spectrum.unknowns[i]);
    }
    return spectrum;
}

} // namespace equipoise::balance
