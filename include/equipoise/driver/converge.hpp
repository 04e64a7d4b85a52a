#pragma once

#include "equipoise/parallel/communicator.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// `equipoise converge`: how fast the network comes to its limit as n grows.
namespace equipoise::driver {

/// What the user asks for, as text from the command line.
struct ConvergeRequest {
    std::string config;                 ///< path
    std::vector<std::string> overrides; ///< "--section.key=value" words
    std::string sizes;                  ///< "1000,4000,16000" or "1000,4000,...,64000"
    std::string realisations;           ///< of each size, at least 2
    std::string output;                 ///< HDF5 file; empty: none
    std::string petsc;                  ///< options for PETSc
};

/// Whole numbers >= 2, ascending, at least two. "a,b,...,c" stands for a geometric progression: a,
/// b, b (b/a), ... up to c, rounded. Throws InputError.
std::vector<std::int64_t> parse_sizes(std::string_view text);

/// Runs `realisations` networks of every size and the limit of infinitely many neurons (eps = 0)
/// once, at the same output times; prints errors and exponents on rank 0, and writes them to the
/// file.
///
/// The size is the number of neurons of the first population; those of the others keep the
/// configured proportions, rounded. Realisation r has the seed run.seed + r at every size. The
/// ranks form min(ranks, realisations) groups, each of which runs whole networks. Errors are root
/// mean squares over realisations and the output times from t_end/4 on: before, the network is on
/// its way to the balanced manifold, on which the limit starts. Results have the same bits on every
/// number of ranks.
///
/// Collective. Throws InputError before anything is run, NumericsError on all ranks when a network
/// or the limit fails, FileSystemError.
void converge(const parallel::Communicator& comm, const ConvergeRequest& request);

} // namespace equipoise::driver
