#pragma once

#include "equipoise/kinetic/bdf_weights.hpp"

#include <array>
#include <cstddef>

/// The loops of a time step over a group of lines, by (cell, lane) with 1 or LineGroup::most_lanes
/// lanes. A lane's result has the same bits however many lanes there are.
namespace equipoise::kinetic::step_loops {

/// Arrays of earlier states, as many as a formula looks at.
using EarlierStates = std::array<const double*, most_earlier_states>;

/// guess = sum_i weights.guess[i] earlier[i] and right = -sum_i weights.rate[i] earlier[i], `count`
/// values each.
void look_back(const BdfWeights& weights, const EarlierStates& earlier, std::size_t count,
               double* guess, double* right);

/// p += by_v v[lane] + by_g g[lane], and error[lane], the largest size of the formula's error
/// estimate for the result over the cells; without an estimate (weights.error_order = 0) 0, and no
/// look at the earlier states. Whether a result is negative.
bool complete(const BdfWeights& weights, const EarlierStates& earlier, const double* by_v,
              const double* v, const double* by_g, const double* g, std::size_t cells,
              std::size_t lanes, double* p, double* error);

/// Sums over the cells by lane, one after the other: of `values` times each of a, b and c, and of
/// `slopes` times p.
void gain_sums(const double* values, const double* slopes, const double* a, const double* b,
               const double* c, const double* p, std::size_t cells, std::size_t lanes,
               double* sums);

} // namespace equipoise::kinetic::step_loops
