"""compare: the same quantity in two or more output files, with the largest differences from the first."""

import math
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from matplotlib.lines import Line2D

from equipoise_post import layout, slices, style
from equipoise_post.reader import SOLVERS, Output, OutputError

EXAMPLE = "python3 postprocess/equipoise_post compare a.h5 b.h5 --quantity variance -o difference.png"
TOLERANCE = 1e-9  # of times that are the same


def add_arguments(parser):
    parser.add_argument("files", nargs="+", metavar="file", help="output files of equipoise run; the first is compared with")
    parser.add_argument("-q", "--quantity", default="mean",
                        help="dataset (time, population, ...) of the solver: mean, variance, mean_modes, input, profile_mean, "
                        "... (default: mean)")
    parser.add_argument("-s", "--solver", choices=SOLVERS, help="default: the first that all files have")
    layout.add_arguments(parser)


class Quantity:
    """A dataset (T, population, ...) of one file, read by parts."""

    def __init__(self, output, solver, name):
        group = output.file[solver]
        if name not in group or group[name].ndim < 2 or "time" not in group or group[name].shape[0] != len(group["time"]):
            raise OutputError(f"{output.path}: /{solver} has no {name} over time")
        self.path = output.path
        self.dataset = group[name]
        self.time = group["time"][:]
        self.title = output.title

    def averages(self):
        """(T, population): averaged over what follows the population."""
        return slices.averages(self.dataset)


class Difference:
    """Of a file from the first, at the times that both have."""

    def __init__(self, first, other):
        if first.dataset.shape[1:] != other.dataset.shape[1:]:
            raise OutputError(f"{other.path}: a record has the shape {other.dataset.shape[1:]}, but "
                              f"{first.dataset.shape[1:]} in {first.path}: such files cannot be compared in this quantity")
        near = np.array([int(np.abs(other.time - time).argmin()) for time in first.time], dtype=int)
        scale = max(1.0, np.abs(first.time).max())
        common = np.flatnonzero(np.abs(other.time[near] - first.time) <= TOLERANCE * scale)
        if common.size == 0:
            raise OutputError(f"{other.path}: has no output time in common with {first.path}")
        self.time = first.time[common]
        # (T, population): over what follows the population
        shape = first.dataset.shape[1:]
        self.largest = np.zeros((len(common), shape[0]))
        squares = np.zeros(shape[0])
        for row, number in enumerate(common):
            for where in slices.hyperslabs(shape, first.dataset.dtype.itemsize):
                part = np.abs(other.dataset[(near[number], *where)] - first.dataset[(number, *where)])
                part = part.reshape(len(part), -1)
                self.largest[row, where[0]] = np.maximum(self.largest[row, where[0]], part.max(axis=1))
                squares[where[0]] += (part**2).sum(axis=1)
        self.root_mean_square = np.sqrt(squares / (len(common) * math.prod(shape[1:])))


class Study:
    """A quantity of a solver in several open output files, and its differences from the first."""

    def __init__(self, outputs, solver, name):
        for output in outputs:
            if solver not in output.solvers:
                raise OutputError(f"{output.path}: has no group {solver}")
        self.name = name
        self.populations = outputs[0].populations()
        for output in outputs[1:]:
            if [p.name for p in output.populations()] != [p.name for p in self.populations]:
                raise OutputError(f"{output.path}: has other populations than {outputs[0].path}")
        self.quantities = [Quantity(output, solver, name) for output in outputs]
        self.differences = [Difference(self.quantities[0], other) for other in self.quantities[1:]]

    def table(self):
        """(population, number of times, largest difference, its time, root of the mean square, file)."""
        result = []
        for quantity, difference in zip(self.quantities[1:], self.differences):
            for index, population in enumerate(self.populations):
                at = int(np.argmax(difference.largest[:, index]))
                result.append((population.name, len(difference.time), difference.largest[at, index], difference.time[at],
                               difference.root_mean_square[index], quantity.path))
        return result

    def panels(self):
        return [averages_panel(self.name, self.populations, self.quantities),
                differences_panel(self.populations, self.differences)]

    def legend(self):
        lines = [Line2D([], [], color="0.3", linestyle=style.FILE_LINES[number % 4], label=Path(quantity.path).name)
                 for number, quantity in enumerate(self.quantities)]
        return style.population_handles(self.populations) + lines


def run(arguments):
    if len(arguments.files) < 2:
        raise OutputError("compare needs two or more files")
    with ExitStack() as stack:
        outputs = [stack.enter_context(Output(path)) for path in arguments.files]
        solver = arguments.solver or first_common(outputs)
        study = Study(outputs, solver, arguments.quantity)
        print_table(study, solver)
        default = Path(arguments.files[0]).with_suffix(f".compare_{arguments.quantity}.png")
        layout.save(arguments, default, f"{solver}: {arguments.quantity}", [study.panels()], study.legend())
    layout.print_pictures(arguments, default)


def first_common(outputs):
    for solver in SOLVERS:
        if all(solver in output.solvers for output in outputs):
            return solver
    raise OutputError("the files have no solver in common")


def print_table(study, solver):
    width = max(10, *(len(population.name) for population in study.populations))
    print(f"{solver}: {study.name}, differences from {study.quantities[0].path}")
    print(f"{'population':{width}} {'times':>6} {'largest':>12} {'at t':>9} {'rms':>12}  file")
    for name, times, largest, at, rms, path in study.table():
        print(f"{name:{width}} {times:6d} {largest:12.4e} {at:9.4g} {rms:12.4e}  {path}")


def averages_panel(name, populations, quantities):
    def draw(_figure, axis):
        for number, quantity in enumerate(quantities):
            averages = quantity.averages()
            for index, colour in enumerate(style.colours(populations)):
                axis.plot(quantity.time, averages[:, index], color=colour, linestyle=style.FILE_LINES[number % 4])
        axis.set_xlabel("time $t$")
        axis.set_ylabel(name.replace("_", " ")
                        + (", average" if quantities[0].dataset.ndim > 2 else ""))

    return draw


def differences_panel(populations, differences):
    def draw(_figure, axis):
        for number, difference in enumerate(differences, start=1):
            for index, colour in enumerate(style.colours(populations)):
                # A logarithm has no place for zero: equal values leave a gap.
                values = np.where(difference.largest[:, index] > 0.0, difference.largest[:, index], np.nan)
                axis.plot(difference.time, values, color=colour, linestyle=style.FILE_LINES[number % 4])
        if any((difference.largest > 0.0).any() for difference in differences):
            axis.set_yscale("log")
        else:
            axis.text(0.5, 0.5, "no difference", transform=axis.transAxes, ha="center")
        axis.set_xlabel("time $t$")
        axis.set_ylabel("largest difference")

    return draw
