"""Panels of the fluctuations' densities at chosen times: curves p(y) of the network's histogram against the limits, and on
a ring maps p(x, y)."""

import numpy as np
from matplotlib.colors import PowerNorm

from equipoise_post import maps, style
from equipoise_post.reader import OutputError

VISIBLE = 1e-3  # part of the largest density below which nothing is to be seen


def solvers_of(output):
    """The solvers that have densities, the field (Gaussians at every time) last; empty where there are only Gaussians, of
    which the variance says it all."""
    solvers = [solver for solver in output.solvers if output.density_times(solver).size]
    return sorted(solvers, key=lambda name: name == "field") if set(solvers) - {"field"} else []


def times_of(output, solvers):
    """Times of the densities: of the limit where there is one."""
    return output.density_times([solver for solver in solvers if solver != "field"][-1])


def check_position(output, position):
    if position is not None and len(position) != len(output.lengths):
        raise OutputError(f"--position needs {len(output.lengths)} coordinates in this file ({output.domain})")


def chosen_times(output, solvers, arguments):
    known = times_of(output, solvers)
    wanted = arguments.times or [known[0], known[-1]]
    return known[sorted({int(np.abs(known - time).argmin()) for time in wanted})]


def record_at(output, solver, time):
    """Number of the solver's density at this time, or None."""
    times = output.density_times(solver)
    record = int(np.abs(times - time).argmin())
    return record if abs(times[record] - time) <= 1e-6 * max(1.0, abs(time)) else None


def curves(output, solvers, time, position):
    """(solver, y, p (population, y)) of the solvers that have a density at this time; the field where the others are."""
    result, y = [], None
    for solver in solvers:
        record = record_at(output, solver, time)
        if record is not None and (solver != "field" or y is not None):
            y, values = output.density(solver, record, y, position)
            result.append((solver, y, values))
    return result


def visible(y, values):
    """Largest |y| at which densities (..., y) are to be seen."""
    seen = (values > VISIBLE * values.max()).reshape(-1, len(y)).any(axis=0)
    return np.abs(y[seen]).max(initial=0.0)


def words(time, position):
    place = "" if position is None else ", $x$ = " + " ".join(f"{x:g}" for x in position)
    return f"$t$ = {time:g}{place}"


def rows(output, populations, arguments):
    """Curves; of a ring or torus averaged over positions, or at --position."""
    solvers = solvers_of(output)
    if not solvers:
        return []
    check_position(output, arguments.position)
    position = None if output.domain == "point" else arguments.position
    return [[panel(output, populations, solvers, time, position) for time in chosen_times(output, solvers, arguments)]]


def panel(output, populations, solvers, time, position):
    def draw(_figure, axis):
        found = curves(output, solvers, time, position)
        for solver, y, values in found:
            for colour, of_population in zip(style.colours(populations), values):
                axis.plot(y, of_population, color=colour, **style.line(solver))
        label_curves(axis, max(visible(y, values) for _, y, values in found), max(values.max() for *_, values in found))
        axis.set_title(words(time, position))

    return draw


def label_curves(axis, width, height):
    axis.set_xlim(-1.05 * width, 1.05 * width)
    axis.set_ylim(0.0, 1.05 * height)
    axis.set_xlabel("fluctuation $y$")
    axis.set_ylabel("density $p(y)$")


def map_rows(output, populations, arguments):
    """Of a ring: for each time and population a row of maps, the solvers side by side."""
    solvers = [solver for solver in solvers_of(output) if solver != "field"]
    if output.domain != "ring" or not solvers:
        return []
    return [[map_panel(output, solvers, solver, index, population, time) for solver in solvers]
            for time in chosen_times(output, solvers, arguments) for index, population in enumerate(populations)]


def planes(output, solvers, time, population):
    """{solver: (x, y, p (y, x))} of the solvers that have a density at this time."""
    records = {solver: record_at(output, solver, time) for solver in solvers}
    return {solver: output.density_plane(solver, record, population)
            for solver, record in records.items() if record is not None}


def map_panel(output, solvers, solver, index, population, time):
    def draw(figure, axis):
        found = planes(output, solvers, time, index)
        if solver not in found:
            axis.axis("off")
            return
        largest = max(values.max() for *_, values in found.values())
        width = max(visible(y, values.T) for _, y, values in found.values())
        image = draw_plane(output, axis, found[solver], largest, width)
        axis.set_title(f"density of {population.name}: {solver}, {words(time, None)}")
        figure.colorbar(image, ax=axis, pad=0.02)

    return draw


def draw_plane(output, axis, plane, largest, width, power=1.0):
    """The image of p(x, y), from zero to the largest value; power: of the scale of colours."""
    x, y, values = plane
    image, edges = maps.closed(values.T, x, output.lengths[0])
    cell = y[1] - y[0]
    drawn = axis.imshow(image.T, origin="lower", aspect="auto", extent=(*edges, y[0] - cell / 2, y[-1] + cell / 2),
                        cmap=style.FIELD_MAP, interpolation="nearest", norm=PowerNorm(power, 0.0, largest))
    axis.set_xlim(0.0, output.lengths[0])
    axis.set_ylim(-1.05 * width, 1.05 * width)
    axis.set_xlabel("position $x$")
    axis.set_ylabel("fluctuation $y$")
    return drawn
