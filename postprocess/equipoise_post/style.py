"""Colours and sizes of every figure. The palette is Okabe and Ito's, which colour-blind readers tell apart:
excitatory populations are always warm, inhibitory ones always cold, in the order of the file."""

EXCITATORY = ("#D55E00", "#E69F00", "#CC79A7", "#000000")
INHIBITORY = ("#0072B2", "#56B4E9", "#009E73", "#666666")
# As in the paper: the limit solid, the network dotted.
LINES = {"network": (0, (1, 1)), "kinetic": "-", "field": "--"}
COLUMN_WIDTH = 3.5  # inches
FIELD_MAP = "viridis"

PARAMETERS = {
    "font.size": 8, "axes.titlesize": 8, "axes.labelsize": 8, "legend.fontsize": 7, "xtick.labelsize": 7,
    "ytick.labelsize": 7, "lines.linewidth": 1.4, "axes.spines.top": False, "axes.spines.right": False,
    "legend.frameon": False, "savefig.dpi": 300, "figure.constrained_layout.use": True, "pdf.fonttype": 42,
}


def colours(populations):
    """One colour for each population."""
    counts = {False: 0, True: 0}
    result = []
    for population in populations:
        palette = INHIBITORY if population.inhibitory else EXCITATORY
        result.append(palette[counts[population.inhibitory] % len(palette)])
        counts[population.inhibitory] += 1
    return result
