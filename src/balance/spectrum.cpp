#include "equipoise/balance/spectrum.hpp"

#include "equipoise/util/errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

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

Spectrum spectrum(const Balance& balance, const Eigen::MatrixXd& jacobian) {
    Spectrum result;
    if (jacobian.rows() == 0) {
        return result;
    }
    const Eigen::EigenSolver<Eigen::MatrixXd> solver(jacobian);
    if (solver.info() != Eigen::Success) {
        throw NumericsError("the eigenvalues of the balance's Jacobian could not be computed");
    }
    const auto& values = solver.eigenvalues();
    std::vector<Eigen::Index> order(static_cast<std::size_t>(values.size()));
    std::iota(order.begin(), order.end(), Eigen::Index{0});
    std::sort(order.begin(), order.end(), [&](Eigen::Index i, Eigen::Index j) {
        return values[i].real() != values[j].real() ? values[i].real() > values[j].real()
                                                    : values[i].imag() > values[j].imag();
    });
    for (const Eigen::Index i : order) {
        Eigen::Index heaviest = 0;
        solver.eigenvectors().col(i).cwiseAbs().maxCoeff(&heaviest);
        result.eigenvalues.push_back(values[i]);
        result.unknowns.push_back(
            balance.name(balance.unknowns()[static_cast<std::size_t>(heaviest)]));
    }
    return result;
}

Stability classify(const Spectrum& spectrum, double tolerance) {
    constexpr double rounding = 1e-13; // of J's entries and eigenvalues, relative to the largest
    double size = 0.0;
    for (const auto& value : spectrum.eigenvalues) {
        size = std::max(size, std::abs(value));
    }
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
