#pragma once

#include "equipoise/config/config.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <string>
#include <vector>

/// `equipoise stability`: a phase diagram of the balanced state over one or two parameters.
namespace equipoise::driver {

/// Classifies the balanced state (fluctuations::classify_point) at every point of the scans, dealt
/// out round robin over the ranks, writes the file and prints a table (one parameter) or a map
/// (two) on rank 0. Results do not depend on the number of ranks. Layout of the file, with
/// dimensions (parameter_1[, parameter_2]):
///   /parameter_1, /parameter_2   values; long_name: the parameter as given to --scan
///   /phase                       code of fluctuations::Phase; the attribute flag_meanings names
///                                codes 0, 1, ... in order
///   /largest_real_part, /imaginary_part   of the leading eigenvalue of J; NaN without a state
///   /frequency                   sqrt(n) |Im|/(2 pi) for the point's n; NaN without a state
/// scans: "KEY=FROM:TO:STEPS" each. output: path of the file; empty: named after run.output,
/// X.h5 -> X_stability.h5. Throws InputError, before anything is written and alike on all ranks,
/// when a scan is wrong or a point is no valid model; FileSystemError. Collective.
void scan_stability(const parallel::Communicator& comm, const config::Config& base,
                    const std::vector<std::string>& scans, const std::string& output);

} // namespace equipoise::driver
