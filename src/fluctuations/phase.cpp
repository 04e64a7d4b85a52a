#include "equipoise/fluctuations/phase.hpp"

#include "equipoise/balance/drive.hpp"
#include "equipoise/balance/initial.hpp"
#include "equipoise/balance/newton.hpp"
#include "equipoise/balance/spectrum.hpp"
#include "equipoise/util/errors.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <vector>

namespace equipoise::fluctuations {

namespace {

constexpr int stages = 16; ///< of a projection from far away

/// A gain whose slope is so many times its value no longer responds: the residual of a balanced
/// state is only known to 1e-13, so that smaller slopes say nothing of one.
constexpr double saturation = 1e-9;

double largest(const std::vector<double>& moments, std::size_t begin, std::size_t size) {
    double value = 0.0;
    for (std::size_t i = begin; i < begin + size; ++i) {
        value = std::max(value, std::abs(moments[i]));
    }
    return value;
}

struct BalancedState {
    std::vector<double> moments;
    /// Some population has no output that still responds to its mean, or no input from one that
    /// does.
    bool saturated = false;
};

/// Whether some population is saturated (see above) in a state with the moments `in_balance`; the
/// moments before it was moved there tell the size of gains that have gone to 0.
bool is_saturated(const balance::Balance& balance, const std::vector<double>& before,
                  const std::vector<double>& in_balance) {
    const model::Model& model = balance.model();
    const balance::MomentLayout& layout = balance.layout();
    const std::size_t count = model.population_count();
    const auto responds = [&](std::size_t b, std::size_t g) {
        const std::size_t values = layout.gain_begin(b, g);
        const std::size_t slopes = layout.slope_begin(b, g);
        const std::size_t modes = layout.basis().size();
        const std::size_t products = layout.products().size();
        const double size =
            std::max({largest(before, values, modes), largest(before, slopes, products),
                      largest(in_balance, values, modes)});
        return largest(in_balance, slopes, products) > saturation * size;
    };
    for (std::size_t a = 0; a < count; ++a) {
        bool coupled_in = false;
        bool coupled_out = false;
        bool receives = false;
        bool sends = false;
        for (std::size_t b = 0; b < count; ++b) {
            if (model.connected(a, b)) {
                coupled_in = true;
                receives = receives || responds(b, model.gain_index(a, b));
            }
            if (model.connected(b, a)) {
                coupled_out = true;
                sends = sends || responds(a, model.gain_index(b, a));
            }
        }
        if ((coupled_in && !receives) || (coupled_out && !sends)) {
            return true;
        }
    }
    return false;
}

/// The initial state moved onto the balanced manifold. Throws NumericsError when there is none.
BalancedState find_balanced_state(const balance::Balance& balance, balance::DriveModes& drive) {
    const model::Model& model = balance.model();
    balance::InitialBalance state = balance::initial_balance(balance, drive);
    const std::vector<double> before = state.moments;
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
        state.moments = balance::gaussian_moments(balance.layout(), model, state.counts, state.mean,
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
    return {state.moments, is_saturated(balance, before, state.moments)};
}

Phase phase_of(const balance::Spectrum& spectrum) {
    switch (balance::classify(spectrum)) {
    case balance::Stability::attracting:
        return Phase::attracting;
    case balance::Stability::oscillating:
        return Phase::oscillating;
    case balance::Stability::singular:
        return Phase::singular;
    case balance::Stability::unstable:
        break;
    }
    // The two eigenvalues of cosine and sine are equal: rounding must not make a pair of them.
    const std::complex<double> leading = spectrum.eigenvalues.front();
    return std::abs(leading.imag()) > 1e-9 * std::abs(leading) ? Phase::oscillating
                                                               : Phase::unstable;
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
            const BalancedState state = find_balanced_state(balance, drive);
            const balance::Spectrum spectrum = balance::spectrum(balance, state.moments);
            if (spectrum.eigenvalues.empty()) {
                point.reason = "uncoupled: there is nothing to balance";
            } else {
                point.phase = state.saturated ? Phase::singular : phase_of(spectrum);
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
