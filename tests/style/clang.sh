#!/usr/bin/env bash
# Fails where Clang warns about the library or the program.
set -euo pipefail
cmake --preset clang >/dev/null
# All cores, whatever OMP_NUM_THREADS says, which nproc minds.
cmake --build --preset clang --parallel "$(getconf _NPROCESSORS_ONLN)"
