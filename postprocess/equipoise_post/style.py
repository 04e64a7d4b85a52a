"""Colours and sizes of every figure. The palette is Okabe and Ito's, which colour-blind readers tell apart:
excitatory populations are always warm, inhibitory ones always cold, in the order of the file."""

from matplotlib.lines import Line2D
from matplotlib.patches import Patch

EXCITATORY = ("#D55E00", "#E69F00", "#CC79A7", "#000000")
INHIBITORY = ("#0072B2", "#56B4E9", "#009E73", "#666666")
# As in the paper: the limit solid, the network dotted.
LINES = {"network": (0, (1, 1)), "kinetic": "-", "field": "--"}
FILE_LINES = ("-", "--", (0, (1, 1)), "-.")  # of files that are compared
BAND = 2  # standard errors: an independent network is inside at 19 times out of 20
BAND_ALPHA = 0.2
COLUMN_WIDTH = 3.5  # inches
FIELD_MAP = "viridis"

PARAMETERS = {
    "font.size": 8, "axes.titlesize": 8, "axes.labelsize": 8, "legend.fontsize": 7, "xtick.labelsize": 7,
    "ytick.labelsize": 7, "lines.linewidth": 1.4, "axes.spines.top": False, "axes.spines.right": False,
    "legend.frameon": False, "axes.titlepad": 4, "savefig.dpi": 300, "figure.constrained_layout.use": True, "pdf.fonttype": 42,
}


def line(solver):
    """Keywords for a solver's lines; dots go above what they are compared with."""
    return {"linestyle": LINES[solver], "zorder": 3 if solver == "network" else 2}


def population_handles(populations):
    return [Line2D([], [], color=colour, linewidth=3, label=population.name)
            for population, colour in zip(populations, colours(populations))]


def legend(populations, labels, bands):
    """Handles that say what colours, lines and bands mean. labels: by solver."""
    handles = population_handles(populations)
    handles += [Line2D([], [], color="0.3", label=label, **line(solver)) for solver, label in labels.items()]
    if bands:
        handles.append(Patch(color="0.3", alpha=0.25, linewidth=0, label=f"±{BAND} standard errors"))
    return handles


def labels(output):
    """What the legend calls the solvers."""
    over_time = f" (over time: mean of {output.realisations})" if output.realisations > 1 else ""
    return {solver: solver + (over_time if solver == "network" else "") for solver in output.solvers}


def colours(populations):
    """One colour for each population."""
    counts = {False: 0, True: 0}
    result = []
    for population in populations:
        palette = INHIBITORY if population.inhibitory else EXCITATORY
        result.append(palette[counts[population.inhibitory] % len(palette)])
        counts[population.inhibitory] += 1
    return result
