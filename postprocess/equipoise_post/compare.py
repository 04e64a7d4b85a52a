"""compare: the same quantity in two or more output files, with the largest differences from the first."""

from pathlib import Path

import numpy as np
from matplotlib.lines import Line2D

from equipoise_post import layout, slices, style
from equipoise_post.reader import SOLVERS, Output, OutputError

TOLERANCE = 1e-9  # of times that are the same


def add_arguments(parser):
    parser.add_argument("files", nargs="+", metavar="file", help="output files of equipoise run; the first is compared with")
    parser.add_argument("-q", "--quantity", default="mean",
                        help="dataset (time, population, ...) of the solver: mean, variance, mean_modes, input, profile_mean, "
                        "... (default: mean)")
    parser.add_argument("-s", "--solver", choices=SOLVERS, help="default: the first that all files have")
    layout.add_arguments(parser)


class Quantity:
    """A dataset (T, population, ...) of one file, read record by record."""

    def __init__(self, output, solver, name):
        group = output.file[solver]
        if name not in group or group[name].ndim < 2 or "time" not in group or group[name].shape[0] != len(group["time"]):
            raise OutputError(f"{output.path}: /{solver} has no {name} over time")
        self.path = output.path
        self.dataset = group[name]
        self.time = group["time"][:]
        self.title = output.title

    def record(self, number):
        """(population, rest)"""
        return np.asarray(self.dataset[number]).reshape(self.dataset.shape[1], -1)

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
        largest, squares = [], []
        for number in common:
            difference = np.abs(other.record(near[number]) - first.record(number))
            largest.append(difference.max(axis=1))
            squares.append((difference**2).mean(axis=1))
        self.largest = np.array(largest)
        self.root_mean_square = np.sqrt(np.mean(squares, axis=0))


def run(arguments):
    if len(arguments.files) < 2:
        raise OutputError("compare needs two or more files")
    outputs = []
    try:
        for path in arguments.files:
            outputs.append(Output(path))
        solver = arguments.solver or first_common(outputs)
        for output in outputs:
            if solver not in output.solvers:
                raise OutputError(f"{output.path}: has no group {solver}")
        populations = outputs[0].populations()
        for output in outputs[1:]:
            if [p.name for p in output.populations()] != [p.name for p in populations]:
                raise OutputError(f"{output.path}: has other populations than {outputs[0].path}")
        quantities = [Quantity(output, solver, arguments.quantity) for output in outputs]
        differences = [Difference(quantities[0], other) for other in quantities[1:]]
        print_table(arguments, solver, populations, quantities, differences)
        default = Path(arguments.files[0]).with_suffix(f".compare_{arguments.quantity}.png")
        layout.save(arguments, default, f"{solver}: {arguments.quantity}",
                    [[averages_panel(arguments, populations, quantities),
                      differences_panel(arguments, populations, differences)]], legend(populations, quantities))
    finally:
        for output in outputs:
            output.file.close()
    layout.print_pictures(arguments, default)


def first_common(outputs):
    for solver in SOLVERS:
        if all(solver in output.solvers for output in outputs):
            return solver
    raise OutputError("the files have no solver in common")


def print_table(arguments, solver, populations, quantities, differences):
    width = max(10, *(len(population.name) for population in populations))
    print(f"{solver}: {arguments.quantity}, differences from {quantities[0].path}")
    print(f"{'population':{width}} {'times':>6} {'largest':>12} {'at t':>9} {'rms':>12}  file")
    for quantity, difference in zip(quantities[1:], differences):
        for index, population in enumerate(populations):
            at = int(np.argmax(difference.largest[:, index]))
            print(f"{population.name:{width}} {len(difference.time):6d} {difference.largest[at, index]:12.4e} "
                  f"{difference.time[at]:9.4g} {difference.root_mean_square[index]:12.4e}  {quantity.path}")


def averages_panel(arguments, populations, quantities):
    def draw(_figure, axis):
        for number, quantity in enumerate(quantities):
            averages = quantity.averages()
            for index, colour in enumerate(style.colours(populations)):
                axis.plot(quantity.time, averages[:, index], color=colour, linestyle=style.FILE_LINES[number % 4])
        axis.set_xlabel("time $t$")
        axis.set_ylabel(arguments.quantity.replace("_", " ")
                        + (", average" if quantities[0].dataset.ndim > 2 else ""))

    return draw


def differences_panel(arguments, populations, differences):
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


def legend(populations, quantities):
    lines = [Line2D([], [], color="0.3", linestyle=style.FILE_LINES[number % 4], label=Path(quantity.path).name)
             for number, quantity in enumerate(quantities)]
    return style.population_handles(populations) + lines
