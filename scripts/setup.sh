# shellcheck shell=bash
# What quickstart.sh and test.sh share: find what is missing, install it on Debian, configure, build. To be sourced.
#
# Whether something is missing is decided by trying: the commands, the Python modules, then CMake's own check
# (cmake/Dependencies.cmake), which leaves the Debian names of what it did not find in missing-packages.txt. So a
# machine where everything is found (modules, Spack, an earlier run) is left alone.

set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT"

# Open MPI anywhere: as root (containers), on fewer cores than ranks, without ssh. Other MPIs ignore these names.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
export OMPI_MCA_hwloc_base_binding_policy=none OMPI_MCA_btl_vader_single_copy_mechanism=none
export OMPI_MCA_plm_rsh_agent=/bin/false PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe

say() { printf '\n== %s\n' "$*"; }
fail() { printf '\n%s\n' "$*" >&2; exit 1; }

# The first Python 3 that imports all of the modules; Debian's own first, since apt installs modules for it only.
find_python() { # module...
    local modules candidate
    modules=$(IFS=,; printf '%s' "$*")
    for candidate in "${EQUIPOISE_PYTHON:-}" /usr/bin/python3 "$(command -v python3 || true)"; do
        if [[ -n $candidate ]] && "$candidate" -c "import $modules" 2>/dev/null; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    return 1
}

# Debian package and Spack package of each command and Python module that is no business of CMake.
spack_name() { # debian package
    case $1 in
    g++) printf 'gcc' ;;
    make) printf 'gmake' ;;
    python3) printf 'python' ;;
    python3-*) printf 'py-%s' "${1#python3-}" ;;
    clang | clang-format | clang-tidy) printf 'llvm' ;;
    *) printf '%s' "$1" ;;
    esac
}

# Sets MISSING to the Debian packages of what is not there; CONFIGURED to yes when CMake configured PRESET.
find_missing() { # preset commands("command:package ...") modules("module ...") cmake-argument...
    local preset=$1 commands=$2 modules=$3 pair module have_tools=yes
    shift 3
    MISSING=() CONFIGURED=no
    for pair in $commands; do
        command -v "${pair%%:*}" >/dev/null || MISSING+=("${pair##*:}")
    done
    # shellcheck disable=SC2086 # a list of words
    if ! find_python $modules >/dev/null; then
        for module in $modules; do
            find_python "$module" >/dev/null || MISSING+=("python3-$module")
        done
        # Each module is in some Python but no Python has them all: put all into Debian's.
        if ((${#MISSING[@]} == 0)); then
            for module in $modules; do MISSING+=("python3-$module"); done
        fi
    fi
    for pair in cmake c++ make; do
        command -v $pair >/dev/null || have_tools=no
    done
    [[ $have_tools == yes ]] || return 0
    mkdir -p build
    rm -f "build/$preset/missing-packages.txt"
    if cmake --preset "$preset" "$@" >"build/configure-$preset.log" 2>&1; then
        CONFIGURED=yes
    elif [[ -s build/$preset/missing-packages.txt ]]; then
        while read -r pair; do
            [[ -z $pair ]] || MISSING+=("$pair")
        done <"build/$preset/missing-packages.txt"
    fi
}

name_missing() {
    local package
    printf 'Missing (Debian package: Spack package):\n' >&2
    for package in "${MISSING[@]}"; do
        printf '  %s: %s\n' "$package" "$(spack_name "$package")" >&2
    done
    [[ ! -s build/configure-$1.log ]] || grep -A 20 'needs packages' "build/configure-$1.log" >&2 || true
}

install_missing() { # preset
    local as_root=()
    # shellcheck disable=SC1091
    if ! (. /etc/os-release 2>/dev/null && [[ " ${ID:-} ${ID_LIKE:-} " == *" debian "* ]]) ||
        ! command -v apt-get >/dev/null; then
        name_missing "$1"
        fail "This is not Debian: install these, or load modules or a Spack environment that has them, and run again."
    fi
    if [[ $(id -u) != 0 ]]; then
        if ! command -v sudo >/dev/null; then
            name_missing "$1"
            fail "Neither root nor sudo: ask for 'apt-get install ${MISSING[*]}', and run again."
        fi
        as_root=(sudo)
    fi
    mkdir -p build
    say "Installing with apt-get: ${MISSING[*]}"
    ${as_root[@]+"${as_root[@]}"} apt-get update -qq
    ${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${MISSING[@]}" >build/apt.log 2>&1 || {
        tail -n 20 build/apt.log >&2
        fail "apt-get could not install the packages (its output is above, and in build/apt.log)"
    }
}

# Installs what is missing and configures PRESET.
set_up() { # preset commands modules cmake-argument...
    local before=none
    while true; do
        find_missing "$@"
        if ((${#MISSING[@]} == 0)); then
            break
        fi
        if [[ "${MISSING[*]}" == "$before" ]]; then
            name_missing "$1"
            fail "These packages are installed, and still not found."
        fi
        before="${MISSING[*]}"
        install_missing "$1"
    done
    if [[ $CONFIGURED != yes ]]; then
        tail -n 40 "build/configure-$1.log" >&2
        fail "CMake could not configure (its output is above, and in build/configure-$1.log)"
    fi
}

cores() { nproc 2>/dev/null || getconf _NPROCESSORS_ONLN; }

build() { # preset target...
    local preset=$1
    shift
    local targets=()
    (($# == 0)) || targets=(--target "$@")
    cmake --build --preset "$preset" --parallel "$(cores)" ${targets[@]+"${targets[@]}"}
}

cached() { # preset VARIABLE: its value in CMake's cache
    sed -n "s/^$2:[A-Z]*=//p" "build/$1/CMakeCache.txt"
}
