#!/usr/bin/env bash
# Fails where Clang warns about the library or the program.
set -euo pipefail
cmake --preset clang >/dev/null
cmake --build --preset clang --parallel "$(nproc)"
