"""phase-diagram: phases of the balanced state over one or two parameters, as equipoise stability writes them."""

from pathlib import Path

import numpy as np

from equipoise_post import layout, style
from equipoise_post.reader import OutputError, open_file, text_of

import matplotlib.pyplot as plt  # after layout, which chooses the backend
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.patches import Patch

EXAMPLE = "python3 postprocess/equipoise_post phase-diagram phases.h5 -o phases.png"
# In Okabe and Ito's palette; nothing where there is no state.
COLOURS = {"none": "#FFFFFF", "attracting": "#009E73", "oscillating": "#E69F00", "unstable": "#D55E00",
           "singular": "#000000"}


def add_arguments(parser):
    parser.add_argument("file", help="HDF5 file of equipoise stability")
    parser.add_argument("-o", "--output", action="append", help="picture to write, PNG or PDF by its ending; may be "
                        "given more than once (default: the file's name with another ending, in PNG)")


class PhaseDiagram:
    """names and values of one or two parameters; codes, real_part, frequency with a dimension for each; names of the
    codes."""

    def __init__(self, path):
        try:
            with open_file(path) as file:
                if "phase" not in file or "flag_meanings" not in file["phase"].attrs:
                    raise OutputError(f"{path}: is no phase diagram of equipoise stability (it has no /phase)")
                self.meanings = text_of(file["phase"].attrs["flag_meanings"]).split()
                self.codes = file["phase"][:]
                self.real_part = file["largest_real_part"][:]
                self.frequency = file["frequency"][:]
                scales = [file[f"parameter_{number + 1}"] for number in range(self.codes.ndim)]
                self.values = [scale[:] for scale in scales]
                self.names = [text_of(scale.attrs["long_name"]) for scale in scales]
                self.title = text_of(file.attrs.get("title", ""))
        except KeyError as error:
            raise OutputError(f"{path}: {error}") from error


def run(arguments):
    diagram = PhaseDiagram(arguments.file)
    found = [code for code in range(len(diagram.meanings)) if (diagram.codes == code).any()]
    with plt.rc_context(style.PARAMETERS):
        draw = draw_line if diagram.codes.ndim == 1 else draw_map
        figure = draw(diagram)
        handles = [Patch(facecolor=colour(diagram, code), edgecolor="0.5", linewidth=0.5, label=diagram.meanings[code])
                   for code in found]
        header = (0.26 + (layout.TITLE_LINE if diagram.title else 0.0)) / figure.get_figheight()
        # Title and legend stand above the panels, where they hide nothing.
        figure.get_layout_engine().set(rect=(0.0, 0.0, 1.0, 1.0 - header))
        figure.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, 1.0 - header), ncol=len(handles),
                      columnspacing=1.2)
        if diagram.title:
            figure.text(0.5, 0.985, diagram.title, ha="center", va="top", fontsize=9, parse_math=False)
        default = Path(arguments.file).with_suffix(".png")
        for path in layout.paths_of(arguments, default):
            figure.savefig(path)
        plt.close(figure)
    layout.print_pictures(arguments, default)
    for code in found:
        print(f"{diagram.meanings[code]}: {int((diagram.codes == code).sum())} of {diagram.codes.size} points")


def colour(diagram, code):
    return COLOURS.get(diagram.meanings[code], "#999999")


def edges(values):
    """Ends of the cells around equally spaced values, ascending or descending."""
    half = 0.5 * (values[1] - values[0])
    return np.append(values - half, values[-1] + half)


def draw_map(diagram):
    """Phases over two parameters, and lines of equal frequency where a state oscillates or would."""
    figure, axis = plt.subplots(figsize=(style.COLUMN_WIDTH, style.COLUMN_WIDTH))
    x, y = diagram.values
    count = len(diagram.meanings)
    axis.pcolormesh(edges(x), edges(y), diagram.codes.T, rasterized=True,
                    cmap=ListedColormap([colour(diagram, code) for code in range(count)]),
                    norm=BoundaryNorm(np.arange(count + 1) - 0.5, count))
    frequency = np.ma.masked_where(~(diagram.frequency > 0.0), diagram.frequency)
    if min(frequency.shape) > 1 and frequency.count() and frequency.max() > 1.001 * frequency.min():
        lines = axis.contour(x, y, frequency.T, levels=4, colors="k", linewidths=0.6)
        axis.clabel(lines, fontsize=6, fmt="%g")
        axis.set_title("lines: predicted frequency", fontsize=6, loc="right", pad=2)
    axis.set_xlabel(diagram.names[0])
    axis.set_ylabel(diagram.names[1])
    return figure


def draw_line(diagram):
    """Largest real part and frequency over one parameter, on the phases as ground."""
    figure, (upper, lower) = plt.subplots(2, 1, sharex=True, figsize=(style.COLUMN_WIDTH, style.COLUMN_WIDTH))
    borders = edges(diagram.values[0])
    for axis, values, label in ((upper, diagram.real_part, "largest real part"),
                                (lower, diagram.frequency, "frequency")):
        for code, left, right in zip(diagram.codes, borders, borders[1:]):
            axis.axvspan(left, right, color=colour(diagram, code), alpha=0.35, linewidth=0)
        axis.plot(diagram.values[0], values, color="k")
        axis.set_ylabel(label)
    upper.axhline(0.0, color="0.5", linewidth=0.6)
    lower.set_xlabel(diagram.names[0])
    lower.set_xlim(min(borders), max(borders))
    return figure
