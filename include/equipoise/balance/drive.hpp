#pragma once

#include "equipoise/balance/mode_transform.hpp"
#include "equipoise/model/model.hpp"

#include <vector>

namespace equipoise::balance {

/// A_a(x,t) = sum_p A_a^p phi_p(x) + rest: the drive by modes of model.basis(), by the trapezoidal
/// rule on a lattice (exact for band-limited drives).
class DriveModes {
  public:
    explicit DriveModes(const model::Model& model);

    /// A_a^p at time t, by (population, mode); entries of time-independent drives are computed
    /// once. The reference is valid until the next call.
    const std::vector<double>& at(double t);
    /// Largest |rest| of population a over the lattice at the time of the last call: a part of the
    /// drive that no mode of the basis can represent, so that no recurrent input can cancel it.
    [[nodiscard]] double rest(std::size_t population) const { return rest_[population]; }
    /// Whether any drive depends on time.
    [[nodiscard]] bool depends_on_time() const noexcept { return time_dependent_; }

  private:
    void project(std::size_t population, double t);

    const model::Model* model_;
    ModeTransform transform_;              ///< of the lattice
    std::vector<model::Position> lattice_; ///< positions
    std::vector<double> modes_;            ///< (population, mode)
    std::vector<double> rest_;
    bool time_dependent_ = false;
    bool computed_ = false;
};

} // namespace equipoise::balance
