"""The one place that knows the layout of an output file.

Shapes: T output times, then population, then position bin or site. Everything is read by slices when it is asked for,
so a file may be larger than memory.
"""

import configparser
from dataclasses import dataclass

import h5py
import numpy as np

SOLVERS = ("network", "kinetic", "field")


class OutputError(Exception):
    """The file is no output of equipoise, or lacks what was asked for."""


@dataclass(frozen=True)
class Population:
    name: str
    inhibitory: bool
    neurons: int | None


@dataclass(frozen=True)
class Series:
    """Population averages over time: time (T), mean and variance (T, population)."""

    time: np.ndarray
    mean: np.ndarray
    variance: np.ndarray


class Output:
    """An output file, open for reading. Use as a context manager."""

    def __init__(self, path):
        self.path = str(path)
        try:
            self.file = h5py.File(self.path, "r")
        except OSError as error:
            raise OutputError(f"{self.path}: {error}") from error
        self.config = _parse(self._text("config"))
        self.solvers = [name for name in SOLVERS if name in self.file and f"{name}/time" in self.file]
        if not self.solvers:
            self.file.close()
            raise OutputError(f"{self.path}: none of the groups {', '.join(SOLVERS)} is in this file")

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.file.close()

    def _text(self, name):
        value = self.file.attrs.get(name, "")
        return value.decode() if isinstance(value, bytes) else str(value)

    @property
    def title(self):
        return self._text("title")

    @property
    def domain(self):
        """point, ring or torus."""
        return self.config.get("domain", "kind", fallback="point")

    @property
    def lengths(self):
        return [float(word) for word in self.config.get("domain", "length", fallback="1").split()]

    def populations(self):
        """In the order of the population axis."""
        count = self.file[f"{self.solvers[0]}/mean"].shape[1]
        names = self.config.get("populations", "names", fallback="").split()
        if len(names) != count:
            names = [str(index) for index in range(count)]
        result = []
        for name in names:
            section = f"population.{name}"
            neurons = self.config.get(section, "neurons", fallback=None)
            result.append(Population(name, self.config.get(section, "sign", fallback="") == "inhibitory",
                                     int(float(neurons)) if neurons else None))
        return result

    def series(self, solver):
        """Population averages; the kinetic and field solvers' fields v(x), K(x) are averaged over position."""
        group = self.file[solver]
        mean, variance = group["mean"], group["variance"]
        if mean.ndim == 2:
            return Series(group["time"][:], mean[:], variance[:])
        axes = tuple(range(2, mean.ndim))
        times = range(mean.shape[0])
        return Series(group["time"][:], np.array([mean[t].mean(axis=tuple(a - 1 for a in axes)) for t in times]),
                      np.array([variance[t].mean(axis=tuple(a - 1 for a in axes)) for t in times]))

    def profiles(self, solver):
        """Datasets (T, population, bin or site) of mean and variance over position, or None at a point."""
        if self.domain == "point":
            return None
        group = self.file[solver]
        names = ("profile_mean", "profile_variance") if solver == "network" else ("mean", "variance")
        if any(name not in group or group[name].ndim < 3 for name in names):
            return None
        return group[names[0]], group[names[1]]


def _parse(text):
    parser = configparser.ConfigParser(interpolation=None, strict=False, delimiters=("=",), comment_prefixes=("#",))
    parser.optionxform = str
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise OutputError(f"the configuration in the file cannot be read: {error}") from error
    return parser
