"""Datasets larger than memory, by hyperslabs: h5py reads the part of a dataset that is asked for, and every part asked
for here has at most BUFFER bytes. What is kept beside it are averages, one record, or as many points as a picture shows.

No function holds more than BUFFER and its result."""

import math

import numpy as np

BUFFER = 16 * 2**20  # bytes
MOST_POINTS = 1000  # in either direction of a picture: more than it has pixels


def hyperslabs(shape, itemsize, buffer=None):
    """Tuples of slices that tile an array of this shape in the order of memory, each of at most BUFFER bytes."""
    buffer = BUFFER if buffer is None else buffer
    if not shape:
        yield ()
        return
    rest = math.prod(shape[1:]) * itemsize
    if rest <= buffer:
        count = max(1, buffer // max(1, rest))
        for start in range(0, shape[0], count):
            yield (slice(start, min(start + count, shape[0])), *(slice(0, size) for size in shape[1:]))
        return
    for index in range(shape[0]):
        for inner in hyperslabs(shape[1:], itemsize, buffer):
            yield (slice(index, index + 1), *inner)


def averages(dataset):
    """(T, population): a dataset (T, population, ...) averaged over what follows the population."""
    result = np.zeros(dataset.shape[:2])
    for where in hyperslabs(dataset.shape, dataset.dtype.itemsize):
        part = np.asarray(dataset[where])
        result[where[:2]] += part.reshape(*part.shape[:2], -1).sum(axis=2)
    return result / max(1, math.prod(dataset.shape[2:]))


def average_of_record(dataset, record, sites=slice(None)):
    """(population, y): a record of a dataset (T, population, x, y) averaged over the positions of a slice."""
    start, stop, _ = sites.indices(dataset.shape[2])
    _, populations, _, values = dataset.shape
    result = np.zeros((populations, values))
    for a, x, y in hyperslabs((populations, stop - start, values), dataset.dtype.itemsize):
        part = dataset[record, a, start + x.start:start + x.stop, y]
        result[a, y] += part.sum(axis=1)
    return result / (stop - start)


def points(size):
    """At most MOST_POINTS of `size` numbers, at equal steps."""
    return slice(0, size, max(1, math.ceil(size / MOST_POINTS)))


def thinned(dataset, population):
    """(record, position), points() of either, of one population of a dataset (T, population, x)."""
    records, positions = (range(size)[points(size)] for size in (dataset.shape[0], dataset.shape[2]))
    image = np.empty((len(records), len(positions)))
    for row, record in enumerate(records):
        image[row] = dataset[record, population, positions.start:positions.stop:positions.step]
    return image


def thinned_plane(dataset, record, population, shape):
    """(x1, x2), points() of either, of one record and population of a dataset (T, population, x1 * x2)."""
    first, second = (range(size)[points(size)] for size in shape)
    image = np.empty((len(first), len(second)))
    for row, x1 in enumerate(first):
        image[row] = dataset[record, population, x1 * shape[1]:(x1 + 1) * shape[1]:second.step]
    return image
