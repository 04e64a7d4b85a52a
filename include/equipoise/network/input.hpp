#pragma once

#include "equipoise/domain/placement.hpp"
#include "equipoise/model/model.hpp"

#include <vector>

namespace equipoise::network {

/// The O(1) input iota_a(x, t) at the local neurons of one population. Evaluated at the sites (or
/// neurons, where each has its own position) once when it does not depend on time, else in every
/// step.
class LocalInput {
  public:
    LocalInput(const model::Population& population, const model::Model& model,
               const domain::Placement& placement);

    /// Makes ready for steps at time t.
    void update(double t);
    /// iota at the neurons of a local block, into out; false (out untouched) where it is 0
    /// everywhere.
    bool values(std::int64_t block, double* out) const;

  private:
    void evaluate(double t);

    const model::Population* population_;
    const domain::Placement* placement_;
    std::array<double, 2> length_;
    bool zero_;
    std::int64_t first_site_ = 0;
    std::vector<double> at_site_; ///< one value when it does not depend on position
};

} // namespace equipoise::network
