#!/usr/bin/env bash
# Installs what is missing (on Debian; elsewhere names it), builds with every warning an error, and runs all tests
# through ctest: unit, MPI, statistics, whole program, layers, style, and a second build with Clang.
# Usage: ./test.sh [ctest arguments]     for example ./test.sh -L unit
#        ./test.sh --sanitize [ctest arguments]     a build with AddressSanitizer (leaks too) and UndefinedBehaviorSanitizer
#            instead, and under it the units, broken and mutated configurations, the library on 2 ranks, and the program
#            stopped, continued and on full disks

# shellcheck source=scripts/setup.sh
. "$(dirname "${BASH_SOURCE[0]}")/scripts/setup.sh"

if [[ ${1:-} == --sanitize ]]; then
    shift
    preset=asan commands='' python=''
    set -- --tests-regex '^(unit\.|mpi\..*\.2$|program\.(broken|restart|stopping|signals|full_disk)$)' "$@"
    # Whole stacks of allocations, also through libraries: else leaks of theirs cannot be told.
    export ASAN_OPTIONS=detect_leaks=1:fast_unwind_on_malloc=0 UBSAN_OPTIONS=print_stacktrace=1
    export LSAN_OPTIONS="suppressions=$ROOT/tests/sanitizers/leaks.txt:print_suppressions=0"
else
    preset=ci
    commands="clang++:clang:llvm clang-format:clang-format:llvm clang-tidy:clang-tidy:llvm run-clang-tidy:clang-tidy:llvm
        shellcheck:shellcheck:shellcheck $(where_debian chromium:chromium:-)
        $(where_installable sbatch:slurm-wlm:slurm munge:munge:munge /usr/share/javascript/mathjax/MathJax.js:libjs-mathjax:-)"
    python=$(where_installable sphinx:python3-sphinx:py-sphinx myst_parser:python3-myst-parser:py-myst-parser furo:furo:py-furo)
fi

say "Looking for what is needed"
set_up "$preset" "cmake:cmake:cmake c++:g++:gcc make:make:gmake python3:python3:python pgrep:procps:procps $commands" \
    "numpy h5py matplotlib xarray h5netcdf $python"

say "Building"
build "$preset"

say "Testing"
exec ctest --test-dir "build/$preset" --output-on-failure --parallel "$(cores)" "$@"
