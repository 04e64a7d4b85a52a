#!/usr/bin/env bash
# Network size study: the same network with more and more neurons. Submits one array with a task for each size; each task
# writes an output file and a timing record. With run.solvers = network kinetic (or field) in the configuration, every
# output holds the comparison with the limit, whose difference falls as the network grows.
#
#   ./convergence.sh [OPTIONS] CONFIG [--section.key=value ...]
#
#   --sizes LIST      neurons of the first population (1000,3000,10000,30000,100000); the others keep their ratio to it
#   --output DIR      folder of the results (convergence-CONFIG): n-SIZE.h5, n-SIZE.json, n-SIZE.txt
#   --ranks R         number of ranks of each run (this machine's cores)
#   --sbatch "WORDS"  further options of sbatch, as in --sbatch "--time=04:00:00"
#   --local           without SLURM: size after size on this machine; the same result files
#
# Sizes whose output is complete are left alone, so the study can be submitted again after a failure.

# ---- Edit from here: account, partition, modules ----
site=(--time=01:00:00) # --account=... --partition=...
# module load gcc openmpi hdf5 petsc boost fftw fmt muparser
# ---- to here, nothing else ----

script=convergence.sh
jobscripts=${EQUIPOISE_JOBSCRIPTS:-$(cd "$(dirname "$0")" && pwd)}
# shellcheck source=jobscripts/lib/common.sh
. "$jobscripts/lib/common.sh" || exit

sizes=(1000 3000 10000 30000 100000) output='' ranks=$(cores) extra=() local=no given=()
while (($# > 0)); do
    case $1 in
    --help | -h) help "$0" ;;
    --sizes) IFS=, read -r -a sizes <<<"$2" && given+=(--sizes "$2") && shift 2 ;;
    --output) output=$2 && shift 2 ;;
    --ranks) ranks=$2 && shift 2 ;;
    --sbatch) read -r -a extra <<<"$2" && shift 2 ;;
    --local) local=yes && shift ;;
    -*) fail "$1 is no option; see --help" ;;
    *) break ;;
    esac
done
(($# > 0)) || fail "no configuration is given; see --help"
for size in "${sizes[@]}"; do
    [[ $size =~ ^[1-9][0-9]*$ ]] || fail "--sizes has $size; give numbers, as in --sizes 1000,10000"
done
[[ -n $output ]] || output=convergence-$(basename "$1" .ini)
find_program
mkdir -p "$output"

run_size() { # size config [--section.key=value ...]
    local size=$1 config=$2 keys first name=$output/n-$1 neurons words status=0
    shift 2
    if "$program" info "$name.h5" 2>/dev/null | grep -q '^complete *yes'; then
        say "n = $size is complete"
        return
    fi
    keys=$(resolved "$config" "$@")
    first=$(value_of populations.names <<<"$keys" | sed 's/ .*//')
    mapfile -t neurons < <(scaled_neurons "$size" "$(value_of "population.$first.neurons" <<<"$keys")" <<<"$keys")
    choose_launcher "$ranks"
    say "n = $size: ${neurons[*]}"
    merge $((${#neurons[@]} + 1)) "${neurons[@]}" "--run.output=$name.h5" "$@"
    "${launcher[@]}" "$program" run "$config" "${words[@]}" --quiet --timing "$name.json" \
        >"$name.txt" 2>&1 || status=$?
    ((status == 0)) || say "n = $size: the program's exit code is $status, its words are in $name.txt"
    return "$status"
}

if [[ -n ${SLURM_ARRAY_TASK_ID:-} ]]; then
    run_size "${sizes[SLURM_ARRAY_TASK_ID - 1]}" "$@"
elif [[ $local == yes ]]; then
    result=0
    for size in "${sizes[@]}"; do
        run_size "$size" "$@" || result=1
    done
    exit "$result"
else
    "$program" check "$@" >"$output/check.txt" || fail "the configuration is not valid"
    sbatch --parsable --job-name="convergence" --ntasks="$ranks" --cpus-per-task=1 --array="1-${#sizes[@]}" \
        --output="$output/%x-%a.log" --export=ALL,EQUIPOISE_JOBSCRIPTS="$jobscripts" ${site[@]+"${site[@]}"} \
        ${extra[@]+"${extra[@]}"} "$0" ${given[@]+"${given[@]}"} --output "$output" --ranks "$ranks" "$@"
fi
