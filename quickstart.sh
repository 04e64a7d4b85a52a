#!/usr/bin/env bash
# From a fresh machine to a picture and a report: installs what is missing (on Debian; elsewhere names it), builds, runs
# the network of figure 3 on 2 ranks and its limits, draws them and writes a report. Safe to repeat: the second time it
# only runs.
# Usage: ./quickstart.sh [--section.key=value ...]     settings that go over those of input/figure3.ini

# shellcheck source=scripts/setup.sh
. "$(dirname "${BASH_SOURCE[0]}")/scripts/setup.sh"

say "Looking for what is needed"
first_time=()
# A build folder that is there keeps its choice; a new one needs no tests.
[[ -f build/release/CMakeCache.txt ]] || first_time=(-DEQUIPOISE_BUILD_TESTS=OFF)
set_up release "cmake:cmake:cmake c++:g++:gcc make:make:gmake python3:python3:python" "numpy h5py matplotlib" \
    ${first_time[@]+"${first_time[@]}"}

say "Building"
build release equipoise

say "Running input/figure3.ini on 2 ranks"
mkdir -p output
"$(cached release MPIEXEC_EXECUTABLE)" -n 2 build/release/equipoise run input/figure3.ini \
    --run.output=output/figure3.h5 --timing=output/figure3.json "$@"

say "Drawing"
python=$(find_python numpy h5py matplotlib)
"$python" postprocess/equipoise_post plot output/figure3.h5 -o output/figure3.png
"$python" postprocess/equipoise_post report output/figure3.h5 --timing output/figure3.json -o output/figure3.html

say "Done"
cat <<END
program        build/release/equipoise   (equipoise --help lists every setting)
configuration  input/figure3.ini         (copy it to make your own; input/examples/ has more)
data           output/figure3.h5         (equipoise info output/figure3.h5; HDF5, readable by h5py and xarray)
picture        output/figure3.png
tests          ./test.sh
report         $ROOT/output/figure3.html   (open it in a browser)
END
