#!/usr/bin/env bash
# Builds the documentation as HTML in build/docs, or in FOLDER; a warning is an error. Read it from there, without a server:
# no page asks for anything from outside.
# Needs Sphinx, MyST, the theme furo and MathJax 2 (Debian: python3-sphinx python3-myst-parser furo libjs-mathjax; Spack:
# py-sphinx py-myst-parser py-furo, and MathJax 2 unpacked anywhere, named by EQUIPOISE_MATHJAX).
# Usage: docs/build.sh [FOLDER]

# shellcheck source=scripts/setup.sh
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/setup.sh"

folder=${1:-build/docs}
mathjax=${EQUIPOISE_MATHJAX:-/usr/share/javascript/mathjax}
python=$(find_python sphinx myst_parser furo) ||
    fail "No Python has sphinx, myst_parser and furo: install python3-sphinx python3-myst-parser furo (Spack: py-sphinx py-myst-parser py-furo)."
[[ -f $mathjax/MathJax.js ]] ||
    fail "No MathJax 2 in $mathjax: install libjs-mathjax, or name the folder that holds MathJax.js by EQUIPOISE_MATHJAX."

"$python" -m sphinx -W --keep-going -q -d "$folder.doctrees" -b html docs "$folder"

# The parts that the pages use, 1.7 of 54 MB.
for part in MathJax.js config/TeX-AMS_CHTML-full.js extensions jax/element jax/input/TeX jax/output/CommonHTML \
    fonts/HTML-CSS/TeX/woff localization/en; do
    mkdir -p "$folder/_static/mathjax/$(dirname "$part")"
    cp -RL "$mathjax/$part" "$folder/_static/mathjax/$(dirname "$part")/"
done
printf '%s\n' "$folder/index.html"
