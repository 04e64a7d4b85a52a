# shellcheck shell=bash disable=SC2034,SC2154 # variables are set here for the scripts, and by them for this
# What the job scripts share: help, the program, starting ranks. To be sourced.

set -euo pipefail

say() { printf '%s: %s\n' "$script" "$*"; }
fail() { printf '%s: %s\n' "$script" "$*" >&2; exit 2; }

# The comment at the head of the script, from its second line to the first empty one.
help() {
    sed -n '2,/^$/s/^# \{0,1\}//p' "$1"
    exit 0
}

# nproc minds OMP_NUM_THREADS, which is no matter here.
cores() { env -u OMP_NUM_THREADS nproc; }

in_slurm() { [[ -n ${SLURM_JOB_ID:-} ]]; }

# One thread for each rank: the program has none of its own, and the libraries under it must not start any.
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1

# The program: EQUIPOISE, else in the PATH, else the one installed or built beside this folder.
find_program() {
    local candidate
    for candidate in "${EQUIPOISE:-}" "$(command -v equipoise || true)" "$jobscripts/../../../bin/equipoise" \
        "$jobscripts/../build/release/equipoise"; do
        if [[ -n $candidate && -x $candidate ]]; then
            program=$candidate
            return
        fi
    done
    fail "the program equipoise is not in the PATH: load its module, or set EQUIPOISE to its path"
}

# Sets launcher, the words before the program that start $1 ranks. EQUIPOISE_LAUNCHER chooses: srun or mpirun.
# srun needs a SLURM and an MPI that both speak PMIx: one `equipoise --version` on all ranks tells, since only rank 0
# prints; where each rank prints, they did not find one another.
choose_launcher() { # ranks
    local ranks=$1 chosen=${EQUIPOISE_LAUNCHER:-} versions
    launcher=()
    local with_srun=(srun --mpi=pmix "--ntasks=$ranks" --cpus-per-task=1 --cpu-bind=cores --kill-on-bad-exit=1)
    if [[ -z $chosen ]]; then
        chosen=mpirun
        if in_slurm && srun --mpi=list 2>&1 | grep -q pmix; then
            versions=$("${with_srun[@]}" "$program" --version 2>/dev/null | grep -c '^equipoise ' || true)
            [[ $versions != 1 ]] || chosen=srun
        fi
    fi
    case $chosen in
    srun) launcher=("${with_srun[@]}") ;;
    mpirun)
        launcher=(mpirun -n "$ranks")
        # One rank to a core. Where the user's environment says otherwise, and with more ranks than cores, it stays so.
        if [[ -z ${OMPI_MCA_hwloc_base_binding_policy:-} ]] && ((ranks <= ${SLURM_NTASKS:-$(cores)})); then
            if mpirun --version 2>/dev/null | grep -qi 'open.*mpi'; then
                launcher+=(--bind-to core --map-by core)
            else
                launcher+=(-bind-to core)
            fi
        fi
        ;;
    *) fail "EQUIPOISE_LAUNCHER is $chosen; it may be srun or mpirun" ;;
    esac
    say "ranks are started by: ${launcher[*]}"
}

# Runs a command, and hands on the signals that ask for an early stop: SLURM's at the end of the job's time
# (--signal=B:USR1 in the script's head) and scancel's. The program is asked by the file that it looks for: a signal could
# come while mpirun starts, which would kill it, and after SIGTERM mpirun kills the ranks within two seconds and returns a
# code of its own. Should a file system be slow to show the file, SIGUSR1 follows, which mpirun hands on. Sets status and
# cancelled.
run_interruptibly() { # stop-file command...
    local stop=$1 child asked=0
    shift
    cancelled=no
    trap 'touch "$stop"; asked=1' USR1
    trap 'touch "$stop"; asked=1; cancelled=yes' TERM INT
    "$@" &
    child=$!
    status=0
    wait $child || status=$? # returns early when a trap has run
    while ((asked > 0)) && kill -0 $child 2>/dev/null; do
        ((asked++ != 20)) || kill -USR1 $child 2>/dev/null || true
        sleep 0.5 || true
    done
    if ((asked > 0)); then
        status=0
        wait $child || status=$?
    fi
    trap - USR1 TERM INT
    rm -f "$stop"
}

# Keys of the resolved configuration: resolved FILE [--section.key=value ...] prints lines section.key = value.
resolved() {
    "$program" check "$@" | awk '/^Populations/ { exit } /^\[.*\]$/ { section = substr($0, 2, length($0) - 2) }
        / = / && section != "" { print section "." $0 }'
}
value_of() { # key, from lines of resolved()
    sed -n "s/^${1//./\\.} = //p"
}
# Sets words to --section.key=value words of which those of the script replace the user's: the program takes none twice.
merge() { # number-of-ours ours... theirs...
    local count=$1 word ours
    shift
    ours=("${@:1:count}")
    words=()
    for word in "${@:count + 1}"; do
        [[ " ${ours[*]%%=*} " == *" ${word%%=*} "* ]] || words+=("$word")
    done
    words+=("${ours[@]}")
}

# From lines of resolved(): the words that give every population NUMERATOR / DENOMINATOR times its neurons.
scaled_neurons() { # numerator denominator
    awk -v up="$1" -v down="$2" '/^population\.[^ ]*\.neurons = / {
        printf "--%s=%.0f\n", $1, $3 * up / down }'
}
