#!/usr/bin/env bash
# Submits a chain of jobs that carry one run to its end: each goes on from the checkpoint of the one before.
#
#   ./restart_chain.sh [OPTIONS] LINKS CONFIG [--section.key=value ...]
#
# For sites that forbid requeueing, or whose queue prefers jobs that wait in it. A link that finds the run at its end
# has nothing to do and ends at once; after a link that fails the rest is taken out of the queue.
#
#   --dependency KIND  afterok (default): a link begins when the one before ended well;
#                      singleton: when no other job of the chain's name runs, whatever became of it
#   --name NAME        of the jobs (equipoise-CONFIG)
#   --checkpoints DIR  folder of the checkpoints (CONFIG's name with .checkpoints)
#   --sbatch "WORDS"   further options of sbatch, as in --sbatch "--ntasks=64 --time=24:00:00"
#   --local            without SLURM: link after link on this machine; the same result files
#   --ranks R          number of ranks with --local
#
# Prints the numbers of the jobs. Exit: 0 all are submitted (with --local: as the last link), 2 wrong words.

# ---- Edit from here: account, partition; modules go into run.sbatch ----
site=() # --account=... --partition=...
# ---- to here, nothing else ----

script=restart_chain.sh
jobscripts=${EQUIPOISE_JOBSCRIPTS:-$(cd "$(dirname "$0")" && pwd)}
# shellcheck source=jobscripts/lib/common.sh
. "$jobscripts/lib/common.sh" || exit

dependency=afterok name='' words=(--link) extra=() local=no
while (($# > 0)); do
    case $1 in
    --help | -h) help "$0" ;;
    --dependency) dependency=$2 && shift 2 ;;
    --name) name=$2 && shift 2 ;;
    --checkpoints) words+=(--checkpoints "$2") && shift 2 ;;
    --sbatch) read -r -a extra <<<"$2" && shift 2 ;;
    --local) local=yes && shift ;;
    --ranks) words+=(--ranks "$2") && shift 2 ;;
    -*) fail "$1 is no option; see --help" ;;
    *) break ;;
    esac
done
(($# > 1)) || fail "give the number of links and a configuration; see --help"
[[ $1 =~ ^[1-9][0-9]*$ ]] || fail "the number of links is $1; it must be a positive number"
[[ $dependency == afterok || $dependency == singleton ]] || fail "--dependency is afterok or singleton"
links=$1
shift
[[ -n $name ]] || name=equipoise-$(basename "$1" .ini)

previous=''
for ((i = 1; i <= links; ++i)); do
    if [[ $local == yes ]]; then
        bash "$jobscripts/run.sbatch" --local --requeues 0 "${words[@]}" "$@"
        continue
    fi
    after=()
    if [[ $dependency == singleton ]]; then
        after=(--dependency=singleton)
    elif [[ -n $previous ]]; then
        after=("--dependency=afterok:$previous" --kill-on-invalid-dep=yes)
    fi
    previous=$(sbatch --parsable --job-name="$name" ${site[@]+"${site[@]}"} ${extra[@]+"${extra[@]}"} \
        ${after[@]+"${after[@]}"} "$jobscripts/run.sbatch" "${words[@]}" "$@")
    printf '%s\n' "$previous"
done
