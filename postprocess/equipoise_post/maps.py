"""Panels over position: on a ring v(x, t) and K(x, t), on a torus v and K over (x1, x2) at chosen times. Solvers side by
side with one scale of colours."""

import math

import numpy as np

from equipoise_post import slices, style

QUANTITIES = (("mean", "$v$"), ("variance", "$K$"))


def rows(output, populations, arguments):
    solvers = [solver for solver in output.solvers if output.profiles(solver)]
    if not solvers:
        return []
    moments = [None] if output.domain == "ring" else arguments.times or [math.inf]
    result = []
    for moment in moments:
        for index, population in enumerate(populations):
            by_quantity = [[map_panel(output, solvers, solver, quantity, index, population, moment)
                            for solver in solvers] for quantity in range(len(QUANTITIES))]
            # A single solver: mean and variance side by side. Several: the solvers.
            result += by_quantity if len(solvers) > 1 else [[panel for row in by_quantity for panel in row]]
    return result


def image_of(output, solver, quantity, population, moment):
    """Values (fastest drawn direction last), the coordinates of either direction of a torus or of the ring, and of a torus
    the time. As many points as a picture shows."""
    dataset = output.profiles(solver)[quantity]
    lattice = output.lattice(solver, dataset.shape[2])
    axes = [axis[slices.points(len(axis))] for axis in lattice.axes]
    if output.domain == "ring":
        return slices.thinned(dataset, population).T, axes, None
    time = output.file[f"{solver}/time"][:]
    record = len(time) - 1 if math.isinf(moment) else int(np.abs(time - moment).argmin())
    return slices.thinned_plane(dataset, record, population, lattice.shape).T, axes, time[record]


def map_panel(output, solvers, solver, quantity, index, population, moment):
    name, symbol = QUANTITIES[quantity]

    def draw(figure, axis):
        # One scale for all solvers, so that equal colours are equal values.
        images = {other: image_of(output, other, quantity, index, moment) for other in solvers}
        lower, upper = span(np.concatenate([image.ravel() for image, *_ in images.values()]))
        image, axes, time = images[solver]
        if output.domain == "ring":
            times = output.file[f"{solver}/time"]
            image, edges = closed(image, axes[0], output.lengths[0])
            extent = (times[0], times[-1], *edges)
            axis.set_xlabel("time $t$")
            axis.set_ylabel("position $x$")
            when = ""
        else:
            image, vertical = closed(image, axes[1], output.lengths[-1])
            image, horizontal = closed(image.T, axes[0], output.lengths[0])
            image, extent = image.T, (*horizontal, *vertical)
            axis.set_xlabel("position $x_1$")
            axis.set_ylabel("position $x_2$")
            when = f", $t$ = {time:g}"
        drawn = axis.imshow(image, origin="lower", aspect="auto", extent=extent, cmap=style.FIELD_MAP,
                            interpolation="nearest", vmin=lower, vmax=upper)
        if output.domain == "torus":
            axis.set_xlim(0.0, output.lengths[0])
        axis.set_ylim(0.0, output.lengths[-1])
        axis.set_title(f"{name} {symbol} of {population.name}: {solver}{when}")
        figure.colorbar(drawn, ax=axis, pad=0.02)

    return draw


def span(values):
    """Scale of colours. Values that differ by rounding only are one colour, not a picture of the rounding."""
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        return 0.0, 1.0
    lower, upper = finite.min(), finite.max()
    size = max(abs(lower), abs(upper), 1e-300)
    return (lower - 0.05 * size, upper + 0.05 * size) if upper - lower < 1e-6 * size else (lower, upper)


def closed(image, coordinates, length):
    """An image whose rows are cells around equally spaced coordinates, and where it begins and ends. A cell that lies
    across the seam of the ring is drawn at both ends."""
    cell = length / len(coordinates)
    lower, upper = coordinates[0] - cell / 2, coordinates[-1] + cell / 2
    if lower < -1e-9 * length:
        return np.concatenate([image, image[:1]]), (lower, upper + cell)
    return image, (lower, upper)
