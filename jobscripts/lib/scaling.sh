# shellcheck shell=bash disable=SC2034,SC2154 # variables are set here for the scripts, and by them for this
# What strong_scaling.sh and weak_scaling.sh share: the same script submits the arrays, one for each number of ranks with
# a task for each repeat, and is what their tasks run. To be sourced after common.sh. The script defines
#   overrides RANKS    fills the array problem with the --section.key=value words of that number of ranks

measure() { # ranks repeat config [--section.key=value ...]
    local ranks=$1 repeat=$2 config=$3 name scratch=''
    shift 3
    name=$(printf '%s-%05d-%02d' "$kind" "$ranks" "$repeat")
    local problem=() words
    overrides "$ranks" "$config" "$@"
    choose_launcher "$ranks"
    say "$name: ${problem[*]:-the problem as it is}"
    # The output is not what is measured: it is written, and removed.
    scratch=$(mktemp -d "$records/.$name.XXXXXX")
    status=0
    problem+=("--run.output=$scratch/output.h5" --checkpoint.directory=none)
    merge ${#problem[@]} "${problem[@]}" "$@"
    "${launcher[@]}" "$program" run "$config" "${words[@]}" --quiet --timing "$scratch/$name.json" >"$records/$name.txt" 2>&1 || status=$?
    if ((status == 0)); then
        mv "$scratch/$name.json" "$records/"
    else
        tail -n 5 "$records/$name.txt" >&2
        say "$name: the program's exit code is $status"
    fi
    rm -rf "$scratch"
    return "$status"
}

scaling_main() {
    local ranks_list='' repeats=3 local=no extra=() ranks repeat task='' result=0
    records=''
    while (($# > 0)); do
        case $1 in
        --help | -h) help "$0" ;;
        --ranks) ranks_list=${2//,/ } && shift 2 ;;
        --repeats) repeats=$2 && shift 2 ;;
        --records) records=$2 && shift 2 ;;
        --sbatch) read -r -a extra <<<"$2" && shift 2 ;;
        --local) local=yes && shift ;;
        --task) task=$2 && shift 2 ;; # what an array's task is started with
        -*) fail "$1 is no option; see --help" ;;
        *) break ;;
        esac
    done
    (($# > 0)) || fail "no configuration is given; see --help"
    [[ -e $1 ]] || fail "$1: there is no such file"
    [[ $repeats =~ ^[1-9][0-9]*$ ]] || fail "--repeats is $repeats; it must be a positive number"
    [[ -n $records ]] || records=$kind-$(basename "$1" .ini)
    for ranks in $ranks_list; do
        [[ $ranks =~ ^[1-9][0-9]*$ ]] || fail "--ranks has $ranks; give numbers, as in --ranks 1,2,4,8"
    done
    mkdir -p "$records"
    if [[ -n $task ]]; then
        find_program
        measure "$task" "$SLURM_ARRAY_TASK_ID" "$@"
        return
    fi
    [[ -n $ranks_list ]] || ranks_list=$(default_ranks)
    find_program
    "$program" check "$@" >"$records/check.txt" || fail "the configuration is not valid"
    if [[ $local == yes ]]; then
        # All numbers of ranks in each round, so that a busy spell of the machine meets them all.
        for ((repeat = 1; repeat <= repeats; ++repeat)); do
            for ranks in $ranks_list; do
                measure "$ranks" "$repeat" "$@" || result=1
            done
        done
    else
        for ranks in $ranks_list; do
            # One repeat after the other (%1), alone on its nodes (--exclusive): neighbours disturb times.
            sbatch --parsable --job-name="$kind-$ranks" --ntasks="$ranks" --cpus-per-task=1 \
                --array="1-$repeats%1" --exclusive --output="$records/%x-%a.log" --export=ALL,EQUIPOISE_JOBSCRIPTS="$jobscripts" \
                ${site[@]+"${site[@]}"} ${extra[@]+"${extra[@]}"} "$0" --task "$ranks" --records "$records" "$@"
        done
    fi
    say "records: $records; when all are there: python3 postprocess/equipoise_post scaling $records"
    return "$result"
}

default_ranks() { # 1, 2, 4, ... up to the machine's cores
    local ranks
    for ((ranks = 1; ranks <= $(cores); ranks *= 2)); do
        echo "$ranks"
    done
}
