#!/usr/bin/env bash
# Installs what is missing (on Debian; elsewhere names it), builds with every warning an error, and runs all tests
# through ctest: unit, MPI, statistics, whole program, layers, style, and a second build with Clang.
# Usage: ./test.sh [ctest arguments]     for example ./test.sh -L unit

# shellcheck source=scripts/setup.sh
. "$(dirname "${BASH_SOURCE[0]}")/scripts/setup.sh"

say "Looking for what is needed"
set_up ci "cmake:cmake:cmake c++:g++:gcc make:make:gmake python3:python3:python clang++:clang:llvm \
clang-format:clang-format:llvm clang-tidy:clang-tidy:llvm run-clang-tidy:clang-tidy:llvm shellcheck:shellcheck:shellcheck \
$(where_installable sbatch:slurm-wlm:slurm munge:munge:munge /usr/share/javascript/mathjax/MathJax.js:libjs-mathjax:-) \
$(where_debian chromium:chromium:-)" \
    "numpy h5py matplotlib xarray h5netcdf \
$(where_installable sphinx:python3-sphinx:py-sphinx myst_parser:python3-myst-parser:py-myst-parser furo:furo:py-furo)"

say "Building"
build ci

say "Testing"
exec ctest --test-dir build/ci --output-on-failure --parallel "$(cores)" "$@"
