"""A figure of panels, and writing it. A panel is a function of (figure, axes); each is as wide as a column of a paper,
so that a figure of one column needs no scaling."""

from contextlib import contextmanager

from equipoise_post import style

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.ticker import AutoLocator, MaxNLocator

PANEL_HEIGHT = 1.9  # inches, as all here
TICKS = 6  # intervals of a horizontal axis, at most: more have no room for their numbers
TITLE_LINE = 0.2
LEGEND_LINE = 0.17
HANDLE, LETTERS = 7, 56  # of a legend: the width of a handle, and of a line in a column, in letters


def add_arguments(parser):
    parser.add_argument("-o", "--output", action="append", help="picture to write, PNG, PDF or SVG by its ending; may be "
                        "given more than once (default: the first file's name with another ending, in PNG)")
    parser.add_argument("--columns", type=int, choices=(1, 2), default=2,
                        help="panels side by side, each as wide as a column of a paper (default: 2)")


def paths_of(arguments, default):
    return arguments.output or [str(default)]


@contextmanager
def drawn(title, rows, legend, columns, heights=None):
    """The figure of panels, to be saved by the caller. rows: lists of panels that belong side by side where there is room.
    legend: handles with labels. heights: of the rows, in those of a panel."""
    lines = [row[start:start + columns] for row in rows for start in range(0, len(row), columns)]
    letters = sum(len(handle.get_label()) + HANDLE for handle in legend)
    legend_columns = len(legend) if letters <= LETTERS * columns else 3 * columns
    header = 0.08 + (TITLE_LINE if title else 0.0) + LEGEND_LINE * -(-len(legend) // max(1, legend_columns))
    heights = heights or [1.0] * len(lines)
    height = header + PANEL_HEIGHT * sum(heights)
    figure, axes = plt.subplots(len(lines), columns, squeeze=False, figsize=(columns * style.COLUMN_WIDTH, height),
                                height_ratios=heights)
    # Title and legend stand above the panels, where they hide nothing.
    figure.get_layout_engine().set(rect=(0.0, 0.0, 1.0, 1.0 - header / height))
    if title:
        figure.text(0.5, 1.0 - 0.05 / height, title, ha="center", va="top", fontsize=9, parse_math=False)
    if legend:
        figure.legend(handles=legend, loc="lower center", bbox_to_anchor=(0.5, 1.0 - header / height),
                      ncol=legend_columns, borderaxespad=0, borderpad=0, columnspacing=1.2, handlelength=2.2)
    for line, row in zip(lines, axes):
        for panel, axis in zip(line, row):
            panel(figure, axis)
            if isinstance(axis.xaxis.get_major_locator(), AutoLocator):
                axis.xaxis.set_major_locator(MaxNLocator(TICKS))
        for axis in row[len(line):]:
            axis.axis("off")
    try:
        yield figure
    finally:
        plt.close(figure)


def save(arguments, default, title, rows, legend):
    """Draws, and writes to the paths of --output or to the default one."""
    with plt.rc_context(style.PARAMETERS), drawn(title, rows, legend, arguments.columns) as figure:
        for path in paths_of(arguments, default):
            figure.savefig(path)


def print_pictures(arguments, default):
    for path in paths_of(arguments, default):
        print(f"picture: {path}")
