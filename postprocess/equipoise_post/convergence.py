"""convergence: errors against the limit as the network grows, with their exponents."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.lines import Line2D

from equipoise_post import layout, style
from equipoise_post.reader import OutputError, open_file, parse_config, population_of, text_of

EXAMPLE = "python3 postprocess/equipoise_post convergence convergence.h5 -o convergence.png"


@dataclass(frozen=True)
class ConvergenceErrors:
    """Of a quantity, by (population, size): the measured error, that of independent neurons, the predicted one (or None);
    by population: the exponent, its interval (population, 2), the exponent of the predicted errors (or None)."""

    error: np.ndarray
    independent: np.ndarray
    predicted: np.ndarray | None
    exponent: np.ndarray
    interval: np.ndarray
    predicted_exponent: np.ndarray | None


class Convergence:
    """The outcome of equipoise converge, read at once."""

    QUANTITIES = ("mean", "variance")

    def __init__(self, path):
        self.path = str(path)
        with open_file(self.path) as file:
            if "convergence" not in file:
                raise OutputError(f"{self.path}: has no group convergence; equipoise converge CONFIG ... -o FILE.h5 writes one")
            group = file["convergence"]
            self.title = text_of(file.attrs.get("title", ""))
            config = parse_config(text_of(file.attrs.get("config", "")))
            self.populations = [population_of(config, text_of(name)) for name in group["population"][:]]
            self.sizes = group["size"][:]
            self.errors = {quantity: self._errors(group, quantity) for quantity in self.QUANTITIES}

    @staticmethod
    def _errors(group, quantity):
        names = ("error", "independent", "predicted", "exponent", "exponent_interval", "predicted_exponent")
        return ConvergenceErrors(*(group[f"{quantity}_{name}"][:] if f"{quantity}_{name}" in group else None for name in names))


def add_arguments(parser):
    parser.add_argument("file", help="file of equipoise converge")
    layout.add_arguments(parser)


def run(arguments):
    study = Convergence(arguments.file)
    print_table(study)
    default = Path(arguments.file).with_suffix(".png")
    layout.save(arguments, default, study.title, [[panel(study, quantity) for quantity in study.QUANTITIES]], legend(study))
    layout.print_pictures(arguments, default)


def print_table(study):
    width = max(10, *(len(population.name) for population in study.populations))
    print(f"{'quantity':10} {'population':{width}} {'exponent':>9}  {'95 % interval':18} predicted")
    for quantity, errors in study.errors.items():
        for index, population in enumerate(study.populations):
            lower, upper = errors.interval[index]
            predicted = "-" if errors.predicted_exponent is None else f"{errors.predicted_exponent[index]:.3f}"
            print(f"{quantity:10} {population.name:{width}} {errors.exponent[index]:9.3f}  "
                  f"{f'[{lower:.3f}, {upper:.3f}]':18} {predicted}")


def fitted(sizes, errors, exponent):
    """The least squares fit with this exponent, at the sizes."""
    return np.exp(np.mean(np.log(errors) - exponent * np.log(sizes))) * np.asarray(sizes, dtype=float)**exponent


def panel(study, quantity):
    def draw(_figure, axis):
        errors = study.errors[quantity]
        for index, colour in enumerate(style.colours(study.populations)):
            axis.plot(study.sizes, errors.error[index], "o", color=colour, markersize=4, zorder=3)
            axis.plot(study.sizes, fitted(study.sizes, errors.error[index], errors.exponent[index]), color=colour)
            axis.plot(study.sizes, errors.independent[index], color=colour, linestyle=(0, (1, 1)), linewidth=1.0)
            if errors.predicted is not None:
                axis.plot(study.sizes, errors.predicted[index], color=colour, linestyle="--", linewidth=1.0)
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.set_xlabel("neurons $n$ of the first population")
        axis.set_ylabel(f"rms error of the {quantity}")

    return draw


def legend(study):
    handles = style.population_handles(study.populations)
    handles.append(Line2D([], [], color="0.3", marker="o", markersize=4, label="network, fit"))
    handles.append(Line2D([], [], color="0.3", linestyle=(0, (1, 1)), linewidth=1.0, label="independent neurons"))
    if study.errors["mean"].predicted is not None:
        handles.append(Line2D([], [], color="0.3", linestyle="--", linewidth=1.0, label="predicted"))
    return handles
