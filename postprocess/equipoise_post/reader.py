"""The one place that knows the layout of an output file.

Shapes: T output times, then population, then position bin or site. Everything is read when it is asked for, and by
hyperslabs (slices.py), so a file may be larger than memory.
"""

import configparser
import math
from dataclasses import dataclass

import h5py
import numpy as np

from equipoise_post import slices

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


@dataclass(frozen=True)
class Spectrum:
    """Eigenvalues of J over time: time (T); real, imaginary, frequency (T, eigenvalue) by descending real part."""

    time: np.ndarray
    real: np.ndarray
    imaginary: np.ndarray
    frequency: np.ndarray


@dataclass(frozen=True)
class Agreement:
    """Of the network with a limit in the average of one population, after t = 0: the largest difference, its time, the root
    of the mean square, the largest in standard errors; the last time at which it was more than four, and the last time."""

    limit: str
    quantity: str
    population: str
    largest: float
    time: float
    rms: float
    in_errors: float
    last_apart: float
    last_time: float


@dataclass(frozen=True)
class Lattice:
    """Positions of bins or sites: for each direction its coordinates. The last direction runs fastest."""

    axes: tuple

    @property
    def shape(self):
        return tuple(len(axis) for axis in self.axes)

    def nearest(self, position):
        """Number of the site nearest to a position, which has one coordinate for each direction."""
        indices = [int(np.abs(axis - value).argmin()) for axis, value in zip(self.axes, position)]
        return int(np.ravel_multi_index(indices, self.shape))


class Output:
    """An output file, open for reading. Use as a context manager."""

    def __init__(self, path):
        self.path = str(path)
        self.file = open_file(self.path)
        self.config = parse_config(self.attribute("config"))
        self.solvers = [name for name in SOLVERS if name in self.file and f"{name}/time" in self.file]
        if not self.solvers:
            self.file.close()
            raise OutputError(f"{self.path}: none of the groups {', '.join(SOLVERS)} is in this file")

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.file.close()

    @property
    def title(self):
        return self.attribute("title")

    @property
    def complete(self):
        """Whether the run that wrote the file ended as it should; files of other programs do not say, and count as whole."""
        return bool(self.file.attrs.get("complete", 1)) and not self.path.endswith(".partial")

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
            result.append(population_of(self.config, name))
        return result

    @property
    def limits(self):
        """The solvers that are limits of the network."""
        return [solver for solver in self.solvers if solver != "network"]

    @property
    def realisations(self):
        """How many networks were run."""
        return len(self.file["ensemble/realisation"]) if "ensemble" in self.file else 1

    def averages(self, solver):
        """The group of a solver's averages; of several networks that of the means over them."""
        return self.file["ensemble" if solver == "network" and self.realisations > 1 else solver]

    def series(self, solver):
        """Population averages, of several networks their means; the limits' fields v(x), K(x) are averaged over position.

        Where the file compares a limit with the network, its variance is in the network's sense: about the mean field
        that the recorded modes can carry.
        """
        group = self.averages(solver)
        time, mean, variance = group["time"][:], group["mean"], group["variance"]
        if mean.ndim == 2:
            return Series(time, mean[:], variance[:])
        means, variances = slices.averages(mean)[:len(time)], slices.averages(variance)[:len(time)]
        pair = self.comparison(solver)
        if pair and "variance_difference" in pair and pair["variance_difference"].shape == variances.shape:
            variances = self.averages("network")["variance"][:len(time)] - pair["variance_difference"][:]
        return Series(time, means, variances)

    def comparison(self, limit):
        """The group that compares the network with a limit, or None."""
        return self.file.get(f"comparison/network_{limit}")

    def measured_errors(self):
        """Standard errors (T, population) of the means over several networks, of mean and of variance."""
        return tuple(self.averages("network")[f"{name}_error"][:] for name in ("mean", "variance"))

    def standard_errors(self, limit, series):
        """Errors (T, population) that n independent neurons with the limit's distribution (of several networks as many
        times n) have in the population average of mean and of variance: sqrt(K/n) and K sqrt((kurtosis - 1)/n), as the
        file has them or else with a Gaussian's kurtosis."""
        pair = self.comparison(limit)
        if pair and all(f"{name}_error" in pair and pair[f"{name}_error"].shape == series.mean.shape
                        for name in ("mean", "variance")):
            return pair["mean_error"][:], pair["variance_error"][:]
        neurons = self.realisations * np.array([population.neurons or np.nan for population in self.populations()], dtype=float)
        return np.sqrt(series.variance / neurons), series.variance * np.sqrt(2.0 / neurons)

    def largest_in_errors(self, limit, name):
        """Largest difference of the network from a limit in standard errors, over populations, or None."""
        pair = self.comparison(limit)
        key = f"{name}_largest_in_errors"
        return float(np.max(pair[key][:])) if pair and key in pair else None

    def agreements(self, limit):
        """Of mean and variance of every population, from the file's comparison; empty where it has none."""
        pair = self.comparison(limit)
        result = []
        for quantity in ("mean", "variance"):
            names = [f"{quantity}_{name}" for name in ("difference", "error", "largest", "rms", "largest_in_errors")]
            if pair is None or any(name not in pair for name in names) or not (pair["time"][:] > 0.0).any():
                continue
            after = pair["time"][:] > 0.0
            time = pair["time"][after]
            difference, error = (np.abs(pair[name][after]) for name in names[:2])
            for index, population in enumerate(self.populations()):
                apart = time[difference[:, index] > 4.0 * error[:, index]]
                result.append(Agreement(limit, quantity, population.name, *(float(value) for value in (
                    pair[names[2]][index], time[np.argmax(difference[:, index])], pair[names[3]][index],
                    pair[names[4]][index], apart[-1] if apart.size else 0.0, time[-1]))))
        return result

    def fluctuations(self):
        """Standard deviations (population) over time of the network's means, predicted and measured, or None where there
        is no prediction."""
        group = self.file.get("stability")
        if group is None or any(name not in group for name in ("predicted_covariance", "measured_covariance")):
            return None
        predicted, measured = (np.sqrt(np.diag(group[f"{name}_covariance"][:])) for name in ("predicted", "measured"))
        return None if np.isnan(predicted).all() else (predicted, measured)

    def spectrum(self):
        """Of J over the run, or None."""
        group = self.file.get("stability")
        if group is None or any(name not in group for name in ("time", "real", "imaginary", "frequency")):
            return None
        return Spectrum(*(group[name][:] for name in ("time", "real", "imaginary", "frequency")))

    def mode_names(self, solver):
        """Names of the recorded modes, or their numbers."""
        group = self.file[solver]
        if "mode" in group:
            return [name.decode() if isinstance(name, bytes) else str(name) for name in group["mode"][:]]
        return [str(number) for number in range(group["mean_modes"].shape[2])]

    def profiles(self, solver):
        """Datasets (T, population, bin or site) of mean and variance over position, or None at a point."""
        if self.domain == "point":
            return None
        group = self.file[solver]
        names = ("profile_mean", "profile_variance") if solver == "network" else ("mean", "variance")
        if any(name not in group or group[name].ndim < 3 for name in names):
            return None
        return group[names[0]], group[names[1]]

    def lattice(self, solver, size):
        """Positions of the `size` bins (network) or sites (limits) of a ring or torus."""
        group = self.file[solver]
        one, two = ("bin_x1", "bin_x2") if solver == "network" else ("x1", "x2")
        single = "bin" if solver == "network" else "x"
        if one in group and two in group:
            axes = tuple(np.unique(group[name][:]) for name in (one, two))
        elif self.domain == "torus":
            side = math.isqrt(size)
            shape = (side, side) if side * side == size else (size, 1)
            axes = tuple((np.arange(count) + 0.5) * length / count for count, length in zip(shape, self.lengths))
        elif single in group:
            axes = (group[single][:],)
        else:
            axes = ((np.arange(size) + 0.5) * self.lengths[0] / size,)
        lattice = Lattice(axes)
        if np.prod(lattice.shape) != size:
            raise OutputError(f"{self.path}: {solver} has {size} positions, but coordinates of {lattice.shape}")
        return lattice

    def density_times(self, solver):
        """Times at which there is a density; the field's is a Gaussian, known at every time."""
        group = self.file[solver]
        if solver == "field":
            return group["time"][:]
        return group["density_time"][:] if "density" in group and "density_time" in group else np.array([])

    def density(self, solver, record, y, position=None):
        """Fluctuations y and density p (population, y) at a record of density_times: at the site nearest to a position,
        or averaged over positions. y: where to evaluate the field's Gaussians N(0, K(x))."""
        group = self.file[solver]
        values = group["variance" if solver == "field" else "density"]
        sites = slice(None)
        if position is not None:
            site = self.lattice(solver, values.shape[2]).nearest(position)
            sites = slice(site, site + 1)
        if solver != "field":
            return group["y"][:], slices.average_of_record(values, record, sites)
        total = np.zeros((values.shape[1], len(y)))
        variance = values[record, :, sites]
        for x in np.array_split(variance, max(1, variance[0].size * len(y) * 16 // slices.BUFFER), axis=1):
            total += (np.exp(-0.5 * y**2 / x[:, :, None]) / np.sqrt(2.0 * np.pi * x[:, :, None])).sum(axis=1)
        return y, total / variance.shape[1]

    def density_plane(self, solver, record, population):
        """x, y and p (y, x) of a ring at a record of density_times; as many positions as a picture shows."""
        group = self.file[solver]
        values = group["density"]
        positions = slices.points(values.shape[2])
        x = self.lattice(solver, values.shape[2]).axes[0][positions]
        return x, group["y"][:], values[record, population, positions].T

    def attribute(self, name, default=""):
        """Of the file, as text."""
        return text_of(self.file.attrs.get(name, default))


def parse_config(text):
    parser = configparser.ConfigParser(interpolation=None, strict=False, delimiters=("=",), comment_prefixes=("#",))
    parser.optionxform = str
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise OutputError(f"the configuration in the file cannot be read: {error}") from error
    return parser


def open_file(path):
    try:
        return h5py.File(path, "r")
    except OSError as error:
        raise OutputError(f"{path}: {error}") from error


def text_of(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def population_of(config, name):
    section = f"population.{name}"
    neurons = config.get(section, "neurons", fallback=None)
    return Population(name, config.get(section, "sign", fallback="") == "inhibitory", int(float(neurons)) if neurons else None)
