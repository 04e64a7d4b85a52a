#!/usr/bin/env bash
# Weak scaling: the same work for each rank. On R ranks every population has R times the neurons of CONFIG, and on a ring
# the kinetic solver R times the sites. Submits one array for each number of ranks, with a task for each repeat; each
# task writes one timing record (JSON).
#
#   ./weak_scaling.sh [OPTIONS] CONFIG [--section.key=value ...]
#
#   --ranks 1,2,4     numbers of ranks (1, 2, 4, ... up to this machine's cores)
#   --repeats N       of each (3)
#   --records DIR     folder of the records (weak-CONFIG): weak-RANKS-REPEAT.json, and each run's words as .txt
#   --sbatch "WORDS"  further options of sbatch, as in --sbatch "--time=00:20:00 --ntasks-per-node=64"
#   --local           without SLURM: run after run on this machine; the same result files
#
# The network's stable explicit step shrinks as its size grows (docs/numerics.md): take network.scheme = balanced.
# Then: python3 postprocess/equipoise_post scaling DIR

# ---- Edit from here: account, partition, modules ----
site=(--time=00:30:00) # --account=... --partition=...
# module load gcc openmpi hdf5 petsc boost fftw fmt muparser
# ---- to here, nothing else ----

script=weak_scaling.sh kind=weak
jobscripts=${EQUIPOISE_JOBSCRIPTS:-$(cd "$(dirname "$0")" && pwd)}
# shellcheck source=jobscripts/lib/common.sh
. "$jobscripts/lib/common.sh" || exit
# shellcheck source=jobscripts/lib/scaling.sh
. "$jobscripts/lib/scaling.sh" || exit

overrides() { # ranks config [--section.key=value ...]
    local ranks=$1 keys
    shift
    keys=$(resolved "$@")
    mapfile -t problem < <(scaled_neurons "$ranks" 1 <<<"$keys")
    if [[ $(value_of domain.kind <<<"$keys") == ring && $(value_of run.solvers <<<"$keys") == *kinetic* ]]; then
        problem+=("--kinetic.sites=$(($(value_of kinetic.sites <<<"$keys") * ranks))")
    fi
}

scaling_main "$@"
