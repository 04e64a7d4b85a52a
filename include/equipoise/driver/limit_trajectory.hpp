#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/config/config.hpp"
#include "equipoise/driver/record_view.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <span>
#include <string>
#include <vector>

namespace equipoise::driver {

/// The limit of infinitely many neurons (eps = 0) at some times.
struct LimitTrajectory {
    std::string solver; ///< "field" or "kinetic"
    std::vector<RecordView> records;
};

/// "field" where its closure is exact (linear drifts, constant noise), otherwise "kinetic".
std::string limit_solver(const model::Model& model);

/// times: ascending, > 0. The first rank of `comm` computes, so that the result has the same bits
/// on every number of ranks; all have it. PETSc must have been started. Collective. Throws
/// NumericsError, on all ranks, when there is no balanced state to start from or a step fails.
LimitTrajectory limit_trajectory(const parallel::Communicator& comm, const config::Config& config,
                                 const balance::Balance& balance, std::span<const double> times);

} // namespace equipoise::driver
