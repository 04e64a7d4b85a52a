"""The five figures of the paper (arXiv:2505.18481): what each runs, and how it is drawn. In each one's corner stand the
numbers of the comparison, as they are in the output files."""

from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np
from matplotlib.lines import Line2D

from equipoise_post import frequency, layout, style
from equipoise_post.reader import OutputError

LIMIT = "kinetic"
LINES = {"limit": "-", "network": style.LINES["network"]}
SHOWN = 5.0  # units of time of the oscillations
SMALL = ["--population.e.neurons=100", "--population.i.neurons=100"]
LONG = ["--run.t_end=40"]  # for the frequencies' errors


@dataclass(frozen=True)
class PaperFigure:
    """runs: (name of the file without its ending, name of the configuration, settings)."""

    number: int
    runs: tuple
    drawing: object

    @property
    def name(self):
        return f"figure{self.number}"


class Averages:
    """Figures 1 to 4: a population average of the network over time about the limit, and the difference in standard errors
    of independent neurons."""

    def __init__(self, quantity, label, words):
        self.quantity, self.label, self.words = quantity, label, words

    def corner(self, outputs):
        agreements = [found for found in outputs[0].agreements(LIMIT) if found.quantity == self.quantity]
        if not agreements:
            raise OutputError(f"{outputs[0].path}: has no comparison of the network with the {LIMIT} limit")
        return ("largest |network − limit|: "
                + ", ".join(f"{found.population} {found.in_errors:.1f}" for found in agreements) + " s.e.")

    def panels(self, outputs):
        """Title, rows, legend and heights for layout.drawn."""
        populations = outputs[0].populations()
        handles = style.population_handles(populations)
        handles += [Line2D([], [], color="0.3", linestyle=line, label=name) for name, line in LINES.items()]
        neurons = populations[0].neurons
        return (f"{self.words}, n = {neurons}", [[self.average_panel(outputs)], [self.difference_panel(outputs)]], handles,
                [1.0, 0.7])

    def average_panel(self, outputs):
        output = outputs[0]

        def draw(_figure, axis):
            limit, network = output.series(LIMIT), output.series("network")
            for index, colour in enumerate(style.colours(output.populations())):
                for series, name in ((limit, "limit"), (network, "network")):
                    axis.plot(series.time, getattr(series, self.quantity)[:, index], color=colour, linestyle=LINES[name],
                              linewidth=1.0 if name == "limit" else 1.8)
            axis.set_ylabel(self.label)
            axis.set_xlim(limit.time[0], limit.time[-1])
            if axis.get_ylim()[0] > 0.0:
                axis.set_ylim(0.0, 1.15 * axis.get_ylim()[1])
            axis.set_title(self.corner(outputs), loc="right", fontsize=6.5)
            axis.set_xticklabels([])

        return draw

    def difference_panel(self, outputs):
        output = outputs[0]

        def draw(_figure, axis):
            pair = output.comparison(LIMIT)
            time, after = pair["time"][:], pair["time"][:] > 0.0
            errors = pair[f"{self.quantity}_difference"][:] / pair[f"{self.quantity}_error"][:]
            axis.axhspan(-style.BAND, style.BAND, color="0.92", linewidth=0)
            axis.axhline(0.0, color="0.6", linewidth=0.8)
            for index, colour in enumerate(style.colours(output.populations())):
                axis.plot(time[after], errors[after, index], color=colour, linewidth=1.0)
            largest = max(3.0, 1.1 * np.abs(errors[after]).max())
            axis.set_ylim(-largest, largest)
            axis.set_xlim(time[0], time[-1])
            axis.set_xlabel("time $t$")
            axis.set_ylabel("network − limit\n(s.e.)")

        return draw


class Oscillations:
    """Figure 5: mode 1 of two networks of different size over time, and the spectra of the excitatory population's, with
    the predicted frequencies; nothing attracts there, so that there is no limit to compare with."""

    def modes(self, output):
        """time (T); cosine and sine of mode 1 (T, population, 2)."""
        group, names = output.file["network"], output.mode_names("network")
        chosen = [names.index(name) for name in ("cos(1)", "sin(1)")]
        return group["time"][:], group["mean_modes"][:][:, :, chosen]

    def frequencies(self, output):
        """Measured, its standard error, predicted."""
        spectrum = output.spectrum()
        time, modes = self.modes(output)
        settled = time >= 1.0  # two damping times: the initial state is forgotten
        return (*frequency.estimate(time[settled], modes[settled]), float(spectrum.frequency[0, 0]))

    def corner(self, outputs):
        words = []
        for output in outputs:
            measured, error, predicted = self.frequencies(output)
            words.append(f"n = {output.populations()[0].neurons}: {measured:.2f} ± {error:.2f} (predicted {predicted:.2f}, "
                         f"{abs(measured - predicted) / error:.1f} s.e.)")
        return "frequency at " + ",\nat ".join(words)

    def panels(self, outputs):
        handles = style.population_handles(outputs[0].populations())
        handles += [Line2D([], [], color="0.3", linestyle=line, label=f"n = {output.populations()[0].neurons}")
                    for output, line in zip(outputs, style.FILE_LINES)]
        handles.append(Line2D([], [], color="0.6", linewidth=0.8, label="predicted frequency"))
        rows = [[self.mode_panel(output, line)] for output, line in zip(outputs, style.FILE_LINES)]
        return ("Oscillations on a ring without a balanced state", [*rows, [self.power_panel(outputs)]], handles,
                [0.7, 0.7, 1.0])

    def mode_panel(self, output, line):
        def draw(_figure, axis):
            time, modes = self.modes(output)
            shown = time <= SHOWN
            for index, colour in enumerate(style.colours(output.populations())):
                axis.plot(time[shown], modes[shown, index, 0], color=colour, linewidth=0.9, linestyle=line)
            axis.set_xlim(0.0, time[shown][-1])
            axis.set_xlabel("time $t$")
            axis.set_ylabel(f"mode 1 of $v$\n$n$ = {output.populations()[0].neurons}")

        return draw

    def power_panel(self, outputs):
        def draw(_figure, axis):
            for output, line in zip(outputs, style.FILE_LINES):
                time, modes = self.modes(output)
                at, power = frequency.power(time, modes[:, 0])
                axis.plot(at, power / power.max(), color=style.colours(output.populations())[0], linestyle=line)
                axis.axvline(self.frequencies(output)[2], color="0.6", linewidth=0.8, linestyle=line)
            axis.set_xlim(0.0, 2.0 * max(self.frequencies(output)[2] for output in outputs))
            axis.set_ylim(0.0, 1.05)
            axis.set_xlabel("frequency")
            axis.set_ylabel("power of mode 1 (e)\nof its largest")
            axis.set_title(self.corner(outputs), loc="right", fontsize=6.5)

        return draw


LINEAR, SATURATING = "linear gains", "saturating gains"
FIGURES = (
    PaperFigure(1, (("figure1", "figure1", ()),), Averages("mean", "mean $v$", f"Means, {LINEAR}")),
    PaperFigure(2, (("figure2", "figure2", ()),), Averages("variance", "variance $K$", f"Variances, {LINEAR}")),
    PaperFigure(3, (("figure3", "figure3", ()),), Averages("mean", "mean $v$", f"Means, {SATURATING}")),
    PaperFigure(4, (("figure4", "figure4", ()),), Averages("variance", "variance $K$", f"Variances, {SATURATING}")),
    PaperFigure(5, (("figure5_n100", "figure5", (*SMALL, *LONG)), ("figure5_n500", "figure5", tuple(LONG))), Oscillations()),
)


def save(figure, paths, files):
    """Draws the output files of a figure's runs, and returns the words in its corner."""
    from equipoise_post.reader import Output

    with ExitStack() as stack:
        outputs = [stack.enter_context(Output(file)) for file in files]
        corner = figure.drawing.corner(outputs)
        title, rows, legend, heights = figure.drawing.panels(outputs)
        with layout.plt.rc_context(style.PARAMETERS), layout.drawn(title, rows, legend, 1, heights) as drawing:
            for path in paths:
                drawing.savefig(path)
    return corner
