#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/balance/initial.hpp"
#include "equipoise/balance/spectrum.hpp"
#include "equipoise/config/config.hpp"
#include "equipoise/model/model.hpp"

#include <string>
#include <vector>

namespace equipoise::driver {

/// What can be said of a configuration before any step: its balance at the initial state, the fast
/// dynamics' spectrum, which time steps are stable, and how much memory a rank needs.
struct Assessment {
    balance::InitialBalance initial;
    balance::Spectrum spectrum;
    std::vector<std::string> unbalanced_drive; ///< empty: the drive can be balanced
    double largest_explicit_step = 0.0;        ///< 0: none is stable
    std::vector<std::string> warnings;         ///< each one sentence or two
};

Assessment assess(const config::Config& config, const balance::Balance& balance);

/// Throws InputError when the balanced scheme cannot work: a drive that no coupling can cancel.
void require_balance(const config::Config& config, const balance::Balance& balance,
                     const Assessment& assessment);

/// Throws InputError when the lattice of a solver in the run has too few sites for the kernels'
/// modes.
void require_sites(const config::Config& config, const model::Model& model);

/// Bytes of network state, positions and tables on the fullest of `ranks` ranks, of all
/// realisations.
double network_bytes_per_rank(const config::Config& config, const model::Model& model, int ranks);

/// The report of `equipoise check` for a terminal.
std::string report(const config::Config& config, const balance::Balance& balance,
                   const Assessment& assessment, int ranks);

} // namespace equipoise::driver
