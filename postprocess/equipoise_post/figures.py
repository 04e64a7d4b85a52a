"""figures: the five figures of the paper, in PNG and PDF; runs the program where output files are missing."""

import time
from pathlib import Path

from equipoise_post import paper, program

EXAMPLE = "python3 postprocess/equipoise_post figures -o figures --ranks 2"
NUMBERS = tuple(figure.number for figure in paper.FIGURES)


def add_arguments(parser):
    parser.add_argument("-o", "--output", default="figures", metavar="FOLDER",
                        help="folder of the pictures and of the output files, made where it is missing (default: figures); "
                        "output files of the same settings that are there are used again")
    parser.add_argument("--only", nargs="+", type=int, choices=NUMBERS, default=NUMBERS, metavar="N",
                        help="numbers of the figures to draw (default: all)")
    parser.add_argument("--input", default=program.SOURCE / "input", type=Path, metavar="FOLDER",
                        help="folder of figure1.ini to figure5.ini (default: that of the source tree)")
    program.add_arguments(parser)


def run(arguments):
    folder = Path(arguments.output)
    folder.mkdir(parents=True, exist_ok=True)
    for figure in paper.FIGURES:
        if figure.number not in arguments.only:
            continue
        files = [provide(arguments, folder, *wanted) for wanted in figure.runs]
        paths = [folder / f"{figure.name}{ending}" for ending in (".png", ".pdf")]
        corner = paper.save(figure, paths, files)
        print(f"figure {figure.number}: " + corner.replace("\n", " "))
        for path in paths:
            print(f"picture: {path}", flush=True)


def provide(arguments, folder, name, configuration, settings):
    """The path of the output file of a configuration, which is run unless the file is there already."""
    path = folder / f"{name}.h5"
    source = arguments.input / f"{configuration}.ini"
    reason = program.difference(path, source, settings)
    if reason:
        words = program.find(arguments)
        print(f"{path} {reason}: running {source.name} {' '.join(settings)}".rstrip(), flush=True)
        begin = time.monotonic()
        program.run(words, source, path, settings)
        print(f"  {time.monotonic() - begin:.1f} s", flush=True)
    return path
