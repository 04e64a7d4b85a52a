#!/usr/bin/env bash
# Fails where a C++ file is not as clang-format would write it.
set -euo pipefail
folders=()
for folder in include src tests bench; do [[ ! -d $folder ]] || folders+=("$folder"); done
find "${folders[@]}" -name '*.[ch]pp' -print0 | xargs -0 --no-run-if-empty clang-format --dry-run -Werror
