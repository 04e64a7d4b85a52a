#!/usr/bin/env bash
# Fails where clang-tidy finds something in the project's own sources. Usage: tidy.sh BUILD-FOLDER
set -euo pipefail
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# Only src/: the tests' macros are not ours. Headers are seen through the sources that include them. All cores, whatever
# OMP_NUM_THREADS says, which nproc minds.
if run-clang-tidy -quiet -p "$1" -j "$(getconf _NPROCESSORS_ONLN)" "^$PWD/src/" >"$log" 2>&1; then
    exit 0
fi
sed -i 's/\x1b\[[0-9;]*m//g' "$log"
grep -E -A 4 'warning:|error:' "$log" || cat "$log"
exit 1
