#include "equipoise/fluctuations/stationary_state.hpp"

#include "equipoise/util/errors.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace equipoise::fluctuations {

namespace {

constexpr double difference = 1e-5; ///< of inputs, for derivatives
constexpr int most_iterations = 60;
constexpr int most_adaptations = 8;

Eigen::Index index(std::size_t i) {
    return static_cast<Eigen::Index>(i);
}

/// The equations that the inputs solve.
class Equations {
  public:
    Equations(Ensemble& ensemble, const Eigen::VectorXd& drive)
        : ensemble_(&ensemble), drive_(drive) {
        const model::Model& model = ensemble.balance->model();
        const model::Mode constant{};
        if (model.basis().contains(constant.wave)) {
            mode_ = model.basis().index(constant);
            for (std::size_t a = 0; a < model.population_count(); ++a) {
                if (ensemble.balance->active(a, mode_)) {
                    active_.push_back(a);
                }
            }
        }
    }

    [[nodiscard]] const std::vector<std::size_t>& active() const { return active_; }

    /// Densities under inputs.
    [[nodiscard]] std::vector<Stationary> densities(const Eigen::VectorXd& input) const {
        std::vector<Stationary> result;
        for (std::size_t b = 0; b < ensemble_->populations.size(); ++b) {
            result.push_back(ensemble_->populations[b]->stationary(input[index(b)]));
        }
        return result;
    }

    /// Left minus right side, over active().
    [[nodiscard]] Eigen::VectorXd residual(const Eigen::VectorXd& input,
                                           const std::vector<Stationary>& densities) const {
        const model::Model& model = ensemble_->balance->model();
        Eigen::VectorXd result(index(active_.size()));
        Eigen::MatrixXd jacobian;
        if (ensemble_->time.corrects_slopes() && !active_.empty()) {
            jacobian = mode_jacobian(*ensemble_->balance, mode_, densities);
        }
        for (std::size_t i = 0; i < active_.size(); ++i) {
            const std::size_t a = active_[i];
            double r = drive_[index(a)] - ensemble_->eps * input[index(a)];
            for (std::size_t b = 0; b < densities.size(); ++b) {
                if (model.connected(a, b)) {
                    r += model.population(b).sign * model.coefficient(a, b, mode_) *
                         densities[b].gain[model.gain_index(a, b)];
                }
                if (jacobian.size() > 0) {
                    r += ensemble_->time.step * jacobian(index(a), index(b)) * input[index(b)];
                }
            }
            result[index(i)] = r;
        }
        return result;
    }

    /// Derivatives of residual() with respect to the active inputs.
    [[nodiscard]] Eigen::MatrixXd slope(const Eigen::VectorXd& input,
                                        const std::vector<Stationary>& densities,
                                        const Eigen::VectorXd& value) const {
        const Eigen::Index n = index(active_.size());
        Eigen::MatrixXd result(n, n);
        for (Eigen::Index j = 0; j < n; ++j) {
            const std::size_t b = active_[static_cast<std::size_t>(j)];
            const double change = difference * (1.0 + std::abs(input[index(b)]));
            Eigen::VectorXd changed = input;
            changed[index(b)] += change;
            std::vector<Stationary> there = densities;
            there[b] = ensemble_->populations[b]->stationary(changed[index(b)]);
            result.col(j) = (residual(changed, there) - value) / change;
        }
        return result;
    }

  private:
    Ensemble* ensemble_;
    Eigen::VectorXd drive_;
    std::size_t mode_ = 0;
    std::vector<std::size_t> active_;
};

/// One solve on the grids as they are.
void solve(const Equations& equations, double tolerance, StationaryState& state) {
    state.densities = equations.densities(state.input);
    Eigen::VectorXd value = equations.residual(state.input, state.densities);
    for (int iteration = 0; iteration < most_iterations; ++iteration) {
        const double size = value.size() > 0 ? value.cwiseAbs().maxCoeff() : 0.0;
        if (size <= tolerance) {
            return;
        }
        const Eigen::VectorXd step =
            equations.slope(state.input, state.densities, value).colPivHouseholderQr().solve(value);
        bool better = false;
        for (double part = 1.0; part > 1e-6 && !better; part *= 0.5) {
            StationaryState next = state;
            for (std::size_t i = 0; i < equations.active().size(); ++i) {
                next.input[index(equations.active()[i])] -= part * step[index(i)];
            }
            if (!next.input.allFinite()) {
                break;
            }
            next.densities = equations.densities(next.input);
            const Eigen::VectorXd there = equations.residual(next.input, next.densities);
            if (there.allFinite() && there.cwiseAbs().maxCoeff() < size) {
                state = std::move(next);
                value = there;
                better = true;
            }
        }
        if (!better) {
            if (size <= 1e3 * tolerance) {
                return; // as near as rounding allows
            }
            break;
        }
    }
    throw NumericsError("no stationary balanced state was found near the initial means");
}

} // namespace

Eigen::MatrixXd mode_jacobian(const balance::Balance& balance, std::size_t mode,
                              const std::vector<Stationary>& densities) {
    const model::Model& model = balance.model();
    const Eigen::Index n = index(model.population_count());
    Eigen::MatrixXd result = Eigen::MatrixXd::Zero(n, n);
    for (std::size_t a = 0; a < model.population_count(); ++a) {
        for (std::size_t b = 0; b < model.population_count(); ++b) {
            if (model.connected(a, b)) {
                result(index(a), index(b)) =
                    model.population(b).sign * model.coefficient(a, b, mode) *
                    model.basis().norm(mode) * densities[b].slope[model.gain_index(a, b)];
            }
        }
    }
    return result;
}

StationaryState stationary_state(Ensemble& ensemble, const Eigen::VectorXd& drive,
                                 const Eigen::VectorXd& start) {
    const Equations equations(ensemble, drive);
    StationaryState state;
    state.input = Eigen::VectorXd::Zero(start.size());
    for (const std::size_t a : equations.active()) {
        state.input[index(a)] = start[index(a)];
    }
    const double tolerance = 1e-13 * (1.0 + (drive.size() > 0 ? drive.cwiseAbs().maxCoeff() : 0.0));
    for (int round = 0; round < most_adaptations; ++round) {
        solve(equations, tolerance, state);
        bool changed = false;
        for (std::size_t a = 0; a < ensemble.populations.size(); ++a) {
            changed = ensemble.populations[a]->adapt(state.input[index(a)]) || changed;
        }
        if (!changed) {
            return state;
        }
    }
    throw NumericsError("the means of the stationary state could not be followed by its grid");
}

} // namespace equipoise::fluctuations
