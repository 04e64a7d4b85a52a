#include "equipoise/fluctuations/phase.hpp"

#include "equipoise/balance/drive.hpp"
#include "equipoise/balance/initial.hpp"
#include "equipoise/balance/newton.hpp"
#include "equipoise/balance/spectrum.hpp"
#include "equipoise/util/errors.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace equipoise::fluctuations {

namespace {

constexpr double tolerance = 1e-9; ///< relative to the largest eigenvalue
constexpr int stages = 16;         ///< of a projection from far away

/// J at the initial state moved onto the balanced manifold. Throws NumericsError when there is
/// none.
Eigen::MatrixXd jacobian_in_balance(const balance::Balance& balance, balance::DriveModes& drive) {
    const model::Model& model = balance.model();
    balance::InitialBalance state = balance::initial_balance(balance, drive);
    const std::size_t sites = state.phases.size();
    const std::size_t modes = model.basis().size();
    const std::vector<double> drive_modes = drive.at(0.0);
    std::vector<double> phi(sites * modes);
    for (std::size_t s = 0; s < sites; ++s) {
        model.basis().values(state.phases[s], phi.data() + s * modes);
    }
    std::vector<double> by_mode(model.population_count() * modes);
    Eigen::VectorXd allowed = Eigen::VectorXd::Zero(state.residual.size());
    balance::ManifoldProblem problem;
    problem.excess = [&]() -> Eigen::VectorXd {
        state.moments = balance::gaussian_moments(balance.layout(), model, state.phases, state.mean,
                                                  state.variance);
        return balance.residual(drive_modes, state.moments) - allowed;
    };
    problem.jacobian = [&] { return balance.jacobian(state.moments); };
    problem.shift = [&](const Eigen::VectorXd& by, double factor) {
        balance.scatter(factor * by, by_mode);
        for (std::size_t a = 0; a < model.population_count(); ++a) {
            for (std::size_t s = 0; s < sites; ++s) {
                for (std::size_t p = 0; p < modes; ++p) {
                    state.mean[a * sites + s] += phi[s * modes + p] * by_mode[a * modes + p];
                }
            }
        }
    };
    const std::vector<double> start = state.mean;
    try {
        balance::find_balance(balance, problem, 0.0);
    } catch (const NumericsError&) {
        // From far away, where gains saturate, Newton's method overshoots: the residual is taken
        // down in stages instead.
        state.mean = start;
        for (int stage = 1; stage <= stages; ++stage) {
            allowed = state.residual * (static_cast<double>(stages - stage) / stages);
            balance::find_balance(balance, problem, 0.0);
        }
    }
    return balance.jacobian(state.moments);
}

Phase phase_of(const balance::Spectrum& spectrum) {
    double size = 0.0;
    for (const auto& value : spectrum.eigenvalues) {
        size = std::max(size, std::abs(value));
    }
    const auto leading = spectrum.eigenvalues.front();
    if (leading.real() < -tolerance * size) {
        return Phase::attracting;
    }
    // On the axis a pair may stand beside a zero eigenvalue of the same real part but for rounding.
    const bool pair = std::any_of(spectrum.eigenvalues.begin(), spectrum.eigenvalues.end(),
                                  [&](const auto& value) {
                                      return value.real() >= leading.real() - tolerance * size &&
                                             std::abs(value.imag()) > tolerance * size;
                                  });
    if (pair) {
        return Phase::oscillating;
    }
    return leading.real() > tolerance * size ? Phase::unstable : Phase::singular;
}

} // namespace

std::string name(Phase phase) {
    switch (phase) {
    case Phase::none:
        return "none";
    case Phase::attracting:
        return "attracting";
    case Phase::oscillating:
        return "oscillating";
    case Phase::unstable:
        return "unstable";
    case Phase::singular:
        return "singular";
    }
    return {};
}

PhasePoint classify_point(const balance::Balance& balance) {
    const model::Model& model = balance.model();
    PhasePoint point;
    balance::DriveModes drive(model);
    const std::vector<double>& modes = drive.at(0.0);
    std::vector<double> rest;
    for (std::size_t a = 0; a < model.population_count(); ++a) {
        rest.push_back(drive.rest(a));
    }
    if (const auto unbalanced = balance.unbalanced_drive(modes, rest); !unbalanced.empty()) {
        point.reason = unbalanced.front();
    } else {
        try {
            const balance::Spectrum spectrum =
                balance::spectrum(balance, jacobian_in_balance(balance, drive));
            if (spectrum.eigenvalues.empty()) {
                point.reason = "uncoupled: there is nothing to balance";
            } else {
                point.phase = phase_of(spectrum);
                point.largest_real_part = spectrum.eigenvalues.front().real();
                point.imaginary_part = std::abs(spectrum.eigenvalues.front().imag());
                point.unknown = spectrum.unknowns.front();
            }
        } catch (const NumericsError& error) {
            point.reason = error.what();
        }
    }
    if (point.phase == Phase::none) {
        point.largest_real_part = std::numeric_limits<double>::quiet_NaN();
        point.imaginary_part = std::numeric_limits<double>::quiet_NaN();
    }
    return point;
}

PhasePoint classify_point(const config::Config& config) {
    const model::Model model(config);
    const balance::Balance balance(model);
    return classify_point(balance);
}

} // namespace equipoise::fluctuations
