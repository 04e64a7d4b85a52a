"""Checks the project's #include lines against the layers of docs/architecture.md.

check_includes.py ROOT   prints every forbidden include of ROOT/include and ROOT/src; exit code 1 where there is one
"""

import re
import sys
from pathlib import Path

# What each module may include directly; it also sees what those see. The same table is in docs/architecture.md.
ARROWS = {
    "util": [],
    "parallel": ["util"],
    "elementary": [],
    "random": ["util", "elementary"],
    "config": ["util"],
    "model": ["config", "random"],
    "domain": ["model", "parallel"],
    "balance": ["domain"],
    "network": ["balance"],
    "kinetic": ["balance"],
    "field": ["balance"],
    "fluctuations": ["network", "kinetic"],
    "io": ["domain", "config"],
    "diagnostics": ["domain"],
    "driver": ["network", "kinetic", "field", "fluctuations", "io", "diagnostics"],
}

# Outside headers that only some modules may name; the others reach MPI through parallel.
OUTSIDE = [
    (re.compile(r"^mpi(\.h|-ext\.h|o\.h)$"), "MPI", {"parallel", "io"}),
    (re.compile(r"^(hdf5|H5\w*|hdf5_hl)\.h$"), "HDF5", {"io"}),
    (re.compile(r"^fftw3(-mpi)?\.h$"), "FFTW", {"balance"}),
    (re.compile(r"^(petsc|slepc)\w*\.(h|hpp)$"), "PETSc", {"parallel", "kinetic", "field"}),
]

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)
SUFFIXES = {".hpp", ".cpp", ".h", ".hh", ".cc", ".cxx", ".ipp", ".inl"}


def visible(module):
    """The modules that `module` may include, itself among them."""
    seen = {module}
    for other in ARROWS[module]:
        seen |= visible(other)
    return seen


def without_comments(text):
    """The text with comments blanked out, line breaks kept."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)
    keep = lambda match: match.group() if match.group()[0] == '"' else re.sub(r"[^\n]", " ", match.group())
    return pattern.sub(keep, text)


def module_of(path, root):
    """The module that a file belongs to: include/equipoise/MODULE/... or src/MODULE/...; None elsewhere."""
    parts = path.relative_to(root).parts
    parts = parts[2:] if parts[0] == "include" else parts[1:]
    return parts[0] if len(parts) > 1 else None


def forbidden(module, bracket, header, path):
    """Why this include is forbidden, or None."""
    if header.startswith("equipoise/"):
        target = header.split("/")[1]
        if target not in ARROWS:
            return f"{target} is no module"
        if target not in visible(module):
            return f"{module} may include only {', '.join(sorted(visible(module) - {module})) or 'nothing'}"
        return None if bracket == '"' else 'the project\'s own headers are included with "..."'
    if bracket == '"' and not (path.parent / header).resolve().is_relative_to(path.parent.resolve()):
        return "write the path from equipoise/ on"
    for pattern, name, modules in OUTSIDE:
        if pattern.match(header) and module not in modules:
            return f"{name} belongs to {', '.join(sorted(modules))}"
    return None


def problems(root):
    """Every forbidden include below root, as "file:line: header: why"; also files that are in no module."""
    found, files = [], 0
    for top in (root / "include" / "equipoise", root / "src"):
        for path in sorted(top.rglob("*")):
            if path.suffix not in SUFFIXES or not path.is_file():
                continue
            files += 1
            module = module_of(path, root)
            place = path.relative_to(root)
            if module not in ARROWS:
                found.append(f"{place}:1: this file belongs to no module of the table")
                continue
            text = without_comments(path.read_text(encoding="utf-8"))
            for match in INCLUDE.finditer(text):
                why = forbidden(module, match.group(1), match.group(2), path)
                if why:
                    line = text.count("\n", 0, match.start()) + 1
                    found.append(f"{place}:{line}: {match.group(2)}: {why}")
    if files == 0:
        found.append(f"{root}: no sources found")
    return found


def main():
    found = problems(Path(sys.argv[1]))
    print("\n".join(found) or "every include follows the layers")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
