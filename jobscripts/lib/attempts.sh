# shellcheck shell=bash disable=SC2034,SC2154 # variables are set here for the scripts, and by them for this
# A run that may take several jobs: from its beginning or its last checkpoint to its end. To be sourced after common.sh.
#
# What is known of a run lies in the folder of its checkpoints: `reached` holds what the last attempt had reached
# when it began, `attempts` how many there were, `done` says that the run has ended.

exit_stopped=75

newest_checkpoint() { # folder
    find "$1" -maxdepth 1 -name 'checkpoint_*.h5' 2>/dev/null | sort -V | tail -n 1
}

# How far the newest checkpoint of a folder is; nothing where there is none.
reached() { # folder
    local checkpoint
    checkpoint=$(newest_checkpoint "$1")
    [[ -z $checkpoint ]] || "$program" info "$checkpoint" | grep '^reached' || true
}

is_done() { [[ -e $1/done ]]; }

# One attempt: equipoise run, or equipoise restart where there is a checkpoint. Sets status, the program's exit code, or
# 1 where it stopped and has not come further than the attempt before: going on would go on forever.
attempt() { # folder config [--section.key=value ...]
    local folder=$1 config=$2 before after command
    shift 2
    mkdir -p "$folder"
    before=$(reached "$folder")
    if [[ -n $(newest_checkpoint "$folder") ]]; then
        # What the checkpoint was made with holds; the folder alone may have moved.
        command=(restart "$folder" "--checkpoint.directory=$folder")
    else
        "$program" check "$config" "--checkpoint.directory=$folder" "$@" >"$folder/check.txt" || {
            status=$?
            return
        }
        command=(run "$config" "--checkpoint.directory=$folder" "$@")
    fi
    echo $(($(cat "$folder/attempts" 2>/dev/null || echo 0) + 1)) >"$folder/attempts"
    say "equipoise ${command[*]}"
    run_interruptibly "$folder/stop" "${launcher[@]}" "$program" "${command[@]}" "${timing[@]}"
    if ((status == 0)); then
        touch "$folder/done"
    elif ((status == exit_stopped)); then
        after=$(reached "$folder")
        say "stopped on request; ${after:-no checkpoint} ($(cat "$folder/attempts") attempts)"
        if [[ $after == "$before" ]]; then
            say "this attempt came no further than the one before: give each more time, or look at the messages above"
            status=1
        fi
    fi
}
