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

# MISSING is a list of words debian-package:spack-package.
add_missing() { # debian:spack
    local known
    for known in ${MISSING[@]+"${MISSING[@]}"}; do
        [[ $known != "$1" ]] || return 0
    done
    MISSING+=("$1")
}

# Sets MISSING to what is not there, and CONFIGURED to yes when CMake configured PRESET. A command may be a file's path.
# A module whose packages have other names than python3-MODULE and py-MODULE is written module:debian:spack.
find_missing() { # preset commands("command:debian:spack ...") modules("module ...") cmake-argument...
    # shellcheck disable=SC2206 # a list of words
    local preset=$1 commands=$2 modules=($3) word
    shift 3
    MISSING=() CONFIGURED=no
    for word in $commands; do
        [[ -f ${word%%:*} ]] || command -v "${word%%:*}" >/dev/null || add_missing "${word#*:}"
    done
    if ! find_python "${modules[@]%%:*}" >/dev/null; then
        for word in "${modules[@]}"; do
            # Each module may be in some Python, and still no Python have them all: then put all into Debian's.
            [[ $word == *:* ]] || word="$word:python3-$word:py-$word"
            add_missing "${word#*:}"
        done
    fi
    for word in cmake c++ make; do
        command -v $word >/dev/null || return 0
    done
    mkdir -p build
    rm -f "build/$preset/missing-packages.txt"
    if cmake --preset "$preset" "$@" >"build/configure-$preset.log" 2>&1; then
        CONFIGURED=yes
    elif [[ -s build/$preset/missing-packages.txt ]]; then
        while read -r word; do
            add_missing "$word"
        done <"build/$preset/missing-packages.txt"
    fi
}

name_missing() {
    local word
    {
        printf 'Missing:\n  %-32s %s\n' 'Debian package' 'Spack package'
        for word in "${MISSING[@]}"; do
            printf '  %-32s %s\n' "${word%%:*}" "${word#*:}"
        done
        [[ $CONFIGURED == yes || -s build/$1/missing-packages.txt ]] ||
            printf 'and perhaps libraries: CMake looks for them as soon as it, a compiler and make are there.\n'
    } >&2
}

on_debian() {
    # shellcheck disable=SC1091
    (. /etc/os-release 2>/dev/null && [[ " ${ID:-} ${ID_LIKE:-} " == *" debian "* ]]) &&
        command -v apt-get >/dev/null
}

# Words for set_up, of what is worth installing with apt-get but not needed elsewhere.
where_installable() { # command:debian:spack...
    if on_debian && { [[ $(id -u) == 0 ]] || command -v sudo >/dev/null; }; then
        printf '%s ' "$@"
    fi
}

# The same, of packages that Debian itself has and its kin do not (Ubuntu's Chromium is a snap).
where_debian() { # command:debian:spack...
    # shellcheck disable=SC1091
    if (. /etc/os-release 2>/dev/null && [[ ${ID:-} == debian ]]); then
        where_installable "$@"
    fi
}

install_missing() { # preset
    local as_root=() packages=("${MISSING[@]%%:*}")
    if ! on_debian; then
        name_missing "$1"
        fail "This is not Debian: install these, or load modules or a Spack environment that has them, and run again."
    fi
    if [[ $(id -u) != 0 ]]; then
        if ! command -v sudo >/dev/null; then
            name_missing "$1"
            fail "Neither root nor sudo here: ask for the packages, or load modules that have them, and run again."
        fi
        as_root=(sudo)
    fi
    say "Installing with apt-get: ${packages[*]}"
    mkdir -p build
    ${as_root[@]+"${as_root[@]}"} apt-get update -qq
    ${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${packages[@]}" >build/apt.log 2>&1 || {
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
