"""Running equipoise where an output file is missing, or is of other settings than those asked for."""

import re
import shutil
import subprocess
from pathlib import Path

from equipoise_post.reader import Output, OutputError, parse_config

SOURCE = Path(__file__).resolve().parents[2]
FUNCTION = re.compile(r"(?P<name>\w+)\((?P<parameters>.*)\)")
NUMBER = re.compile(r"(?<![\w.])[0-9]+\.?[0-9]*(?:[eE][-+]?[0-9]+)?")
UNSETTLED = {("run", "output")}  # where the file lies says nothing about what is in it


def add_arguments(parser):
    parser.add_argument("--program", metavar="PATH", help="the program equipoise (default: build/release/equipoise, else the "
                        "one in PATH)")
    parser.add_argument("--ranks", type=int, metavar="R", help="run on so many MPI ranks (default: without mpiexec)")
    parser.add_argument("--mpiexec", metavar="PATH", help="what starts the ranks (default: mpiexec or mpirun in PATH)")


def find(arguments):
    """The words that start the program."""
    built = SOURCE / "build" / "release" / "equipoise"
    path = arguments.program or (str(built) if built.exists() else shutil.which("equipoise"))
    if path is None or shutil.which(path) is None:
        raise OutputError(f"{path or 'equipoise'}: no such program; build it (./quickstart.sh), or say where it is with "
                          "--program PATH")
    if arguments.ranks is None:
        return [path]
    launcher = arguments.mpiexec or shutil.which("mpiexec") or shutil.which("mpirun")
    if launcher is None or shutil.which(launcher) is None:
        raise OutputError(f"{launcher or 'mpiexec'}: no such program; --ranks needs MPI's mpiexec: say where it is with "
                          "--mpiexec PATH")
    return [launcher, "-n", str(arguments.ranks), path]


def run(words, configuration, output, settings):
    """settings: words of the form --section.key=value."""
    command = [*words, "run", str(configuration), f"--run.output={output}", "--quiet", *settings]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OutputError(f"{' '.join(command)}\nended with {done.returncode}:\n{done.stderr or done.stdout}")


def difference(path, configuration, settings):
    """Why the file at a path cannot stand for a run of this configuration with these settings; empty when it can."""
    if not Path(path).exists():
        return "is missing"
    wanted = parse_config(Path(configuration).read_text(encoding="utf-8"))
    for word in settings:
        key, value = word.removeprefix("--").split("=", 1)
        wanted.set(*key.rsplit(".", 1), value)
    with Output(path) as output:
        if not output.complete:
            return "is of a run that did not end"
        for section in wanted.sections():
            for key, value in wanted.items(section):
                found = output.config.get(section, key, fallback=None)
                if (section, key) not in UNSETTLED and (found is None or not same(value, found)):
                    return f"has {section}.{key} = {found}, not {value}"
    return ""


def same(wanted, found):
    """Whether a value as a user writes it is the one that the program has written down: numbers in any form, and functions
    with the parameters completed that the user left at their defaults."""
    ours, theirs = FUNCTION.fullmatch(canonical(wanted)), FUNCTION.fullmatch(canonical(found))
    if not (ours and theirs and ours["name"] == theirs["name"]):
        return canonical(wanted) == canonical(found)
    (places, keys), (their_places, their_keys) = (parameters(of["parameters"]) for of in (ours, theirs))
    return places == their_places and keys <= their_keys


def parameters(text):
    """Those that are told by their place, as a list, and those with a name, as a set of name=value."""
    words = [canonical(word).replace(" ", "") for word in text.split(",")]
    return [word for word in words if "=" not in word], {word for word in words if "=" in word}


def canonical(text):
    """Without comment and needless space; numbers in one form."""
    return NUMBER.sub(lambda number: repr(float(number[0])), " ".join(text.split("#")[0].split()))
