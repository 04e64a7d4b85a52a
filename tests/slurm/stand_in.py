"""A program in the place of equipoise, for what the job scripts decide after exit 75: it does what it is told to."""

# Keeps how far it is in CHECKPOINT/checkpoint_1.h5, goes STEP further each time, ends at END.
PROGRAM = """#!/usr/bin/env bash
[[ $1 != --version ]] || { echo "equipoise 0"; exit; }
[[ $1 != info ]] || { echo "reached   t = $(cat "$2")"; exit; }
[[ $1 != check ]] || exit 0
for word; do [[ $word != --checkpoint.directory=* ]] || folder=${word#*=}; done
echo "$*" >>"$folder/calls"
at=$(($(cat "$folder/checkpoint_1.h5" 2>/dev/null || echo 0) + STEP))
echo $at >"$folder/checkpoint_1.h5"
((at < END)) || exit 0
exit 75
"""


def write(folder, step, end):
    """Writes it into a folder; returns the environment in which the scripts start it, on one rank."""
    path = folder / "stand-in"
    path.write_text(PROGRAM, encoding="utf-8")
    path.chmod(0o755)
    return {"EQUIPOISE": str(path), "STEP": str(step), "END": str(end)}


def calls(folder):
    """What it was asked for, by attempt: "run", "restart"."""
    return [line.split()[0] for line in (folder / "calls").read_text(encoding="utf-8").splitlines()]
