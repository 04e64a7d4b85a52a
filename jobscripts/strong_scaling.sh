#!/usr/bin/env bash
# Strong scaling: the same problem on more and more ranks. Submits one array for each number of ranks, with a task for
# each repeat; each task writes one timing record (JSON).
#
#   ./strong_scaling.sh [OPTIONS] CONFIG [--section.key=value ...]
#
#   --ranks 1,2,4     numbers of ranks (1, 2, 4, ... up to this machine's cores)
#   --repeats N       of each (3)
#   --records DIR     folder of the records (strong-CONFIG): strong-RANKS-REPEAT.json, and each run's words as .txt
#   --sbatch "WORDS"  further options of sbatch, as in --sbatch "--time=00:20:00 --ntasks-per-node=64"
#   --local           without SLURM: run after run on this machine; the same result files
#
# Then: python3 postprocess/equipoise_post scaling DIR

# ---- Edit from here: account, partition, modules ----
site=(--time=00:30:00) # --account=... --partition=...
# module load gcc openmpi hdf5 petsc boost fftw fmt muparser
# ---- to here, nothing else ----

script=strong_scaling.sh kind=strong
jobscripts=${EQUIPOISE_JOBSCRIPTS:-$(cd "$(dirname "$0")" && pwd)}
# shellcheck source=jobscripts/lib/common.sh
. "$jobscripts/lib/common.sh" || exit
# shellcheck source=jobscripts/lib/scaling.sh
. "$jobscripts/lib/scaling.sh" || exit

overrides() { :; } # the same problem for every number of ranks

scaling_main "$@"
