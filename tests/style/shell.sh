#!/usr/bin/env bash
# Fails where shellcheck finds something in a shell script or job script.
set -euo pipefail
find . -path ./build -prune -o -path ./.git -prune -o \
    \( -name '*.sh' -o -name '*.sbatch' -o -path './.ci/run' -o -path './bench/run' -o -path './bench/scaling' \
    -o -path './bench/cores' \) -print0 | xargs -0 shellcheck -x
