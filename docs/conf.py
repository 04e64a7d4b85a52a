"""Sphinx: docs/*.md as HTML. Build it by docs/build.sh, which also copies MathJax beside the pages."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

project = "Equipoise"
author = "The Equipoise developers"
copyright = author  # noqa: A001 # the name that Sphinx reads
version = release = re.search(r"project\(equipoise VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text()).group(1)

extensions = ["myst_parser", "sphinx.ext.mathjax"]
myst_enable_extensions = ["dollarmath", "amsmath", "html_image"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]

# Formulas are set by a copy of MathJax 2 among the pages, so that no request leaves the machine. (Pictures of formulas,
# sphinx.ext.imgmath, would need a whole TeX; browsers' own MathML needs a translator that Debian does not have.)
mathjax_path = "mathjax/MathJax.js?config=TeX-AMS_CHTML-full"
# MyST marks what is a formula; everything else in a page, dollars too, is text.
mathjax2_config = {"tex2jax": {"processClass": "tex2jax_process|mathjax_process|math|output_area"}, "showMathMenu": False}

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["width.css"]
html_title = f"Equipoise {version}"
html_show_sphinx = False
html_copy_source = False
pygments_style = "friendly"
# A configuration is shown as INI, a command as shell; other blocks are formulas and output.
highlight_language = "none"
