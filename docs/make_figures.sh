#!/usr/bin/env bash
# Runs the examples and the paper's figures at full size on 2 ranks, prints how long each took (wall time, and processor time
# of both ranks, which other work on the machine changes less), and draws the pictures of README and docs/ into docs/figures.
# Takes a few minutes.
# Usage: docs/make_figures.sh [NAME...]     NAME: figure3, paper (its five figures), or an example's; all without

# shellcheck source=scripts/setup.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/setup.sh"

program=${EQUIPOISE:-build/release/equipoise}
[[ -x $program ]] || fail "No program at $program: build it (cmake --build --preset release), or name it by EQUIPOISE."
python=$(find_python numpy h5py matplotlib) || fail "No Python has numpy, h5py and matplotlib."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
wanted=("$@")

wants() { # name
    ((${#wanted[@]} == 0)) || [[ " ${wanted[*]} " == *" $1 "* ]]
}

# Runs a command and says how long it took.
timed() { # name command...
    local name=$1 TIMEFORMAT="%R s wall, %U s + %S s processor"
    shift
    printf '%-18s ' "$name"
    time "$@" >"$work/$name.txt" 2>&1 || { cat "$work/$name.txt" >&2; fail "$name failed"; }
}

run() { # configuration name [--section.key=value...]
    local configuration=$1 name=$2
    shift 2
    timed "$name" mpiexec -n 2 "$program" run "$configuration" --quiet "--run.output=$work/$name.h5" "$@"
}

draw() { # picture arguments of equipoise_post...
    local picture=docs/figures/$1.png
    shift
    "$python" postprocess/equipoise_post "$@" -o "$picture" >/dev/null
    # As wide as a page of the documentation shows it on a fine screen.
    "$python" - "$picture" <<'END'
import sys

from PIL import Image

with Image.open(sys.argv[1]) as image:
    image.convert("RGB").reduce(2).save(sys.argv[1], optimize=True)
END
}

plot() { # name plot's arguments...
    draw "$1" plot "$work/$1.h5" "${@:2}"
}

# README's picture, and the paper's figures.
if wants figure3; then
    run input/figure3.ini figure3
    plot figure3 --show series
fi
if wants paper; then
    timed paper "$python" postprocess/equipoise_post figures -o "$work/paper" --ranks 2 --program "$program"
    for number in 1 2 3 4 5; do
        cp "$work/paper/figure$number.png" docs/figures/paper$number.png
    done
fi

# The examples.
for name in three_populations measured_curve fast_tracking; do
    if wants $name; then
        run input/examples/$name.ini $name
        plot $name --show series
    fi
done
if wants paradoxical_ring; then
    run input/examples/paradoxical_ring.ini paradoxical_ring
    plot paradoxical_ring --show maps
fi
if wants sheet; then
    run input/examples/sheet.ini sheet
    plot sheet --show maps --times 1
fi
if wants loss_of_balance; then
    timed loss_of_balance mpiexec -n 2 "$program" stability input/examples/loss_of_balance.ini -o "$work/phases.h5" \
        --scan coupling.e.e.kernel:0=0:2.8:41 --scan population.e.drive=0.02:1.22:31
    draw loss_of_balance phase-diagram "$work/phases.h5"
    run input/examples/loss_of_balance.ini oscillation "--coupling.e.e.kernel=cosine(1.1)"
    plot oscillation --show series
fi
