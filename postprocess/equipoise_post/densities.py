"""Panels of the fluctuations' densities p(y) at chosen times: the network's histogram against the limits."""

import numpy as np

from equipoise_post import style
from equipoise_post.reader import OutputError

VISIBLE = 1e-3  # part of the largest density below which nothing is to be seen


def rows(output, populations, arguments):
    solvers = [solver for solver in output.solvers if output.density_times(solver).size]
    if not any(solver != "field" for solver in solvers):
        return []  # Gaussians alone: the variance says it all
    if arguments.position is not None and len(arguments.position) != len(output.lengths):
        raise OutputError(f"--position needs {len(output.lengths)} coordinates in this file ({output.domain})")
    known = output.density_times(next(solver for solver in reversed(solvers) if solver != "field"))
    wanted = arguments.times or [known[0], known[-1]]
    records = sorted({int(np.abs(known - time).argmin()) for time in wanted})
    return [[panel(output, populations, solvers, known[record], arguments.position) for record in records]]


def panel(output, populations, solvers, time, position):
    def draw(_figure, axis):
        palette = style.colours(populations)
        visible, largest = 0.0, 0.0
        y = None
        for solver in sorted(solvers, key=lambda name: name == "field"):  # the field is drawn where the others are
            times = output.density_times(solver)
            record = int(np.abs(times - time).argmin())
            if abs(times[record] - time) > 1e-6 * max(1.0, abs(time)):
                continue
            y, values = output.density(solver, record, y, position)
            for index, colour in enumerate(palette):
                axis.plot(y, values[index], color=colour, **style.line(solver))
            largest = max(largest, values.max())
            seen = np.abs(y[(values > VISIBLE * values.max()).any(axis=0)])
            visible = max(visible, seen.max(initial=0.0))
        axis.set_xlim(-1.05 * visible, 1.05 * visible)
        axis.set_ylim(0.0, 1.05 * largest)
        axis.set_xlabel("fluctuation $y$")
        axis.set_ylabel("density $p(y)$")
        place = "" if position is None or output.domain == "point" else ", $x$ = " + " ".join(f"{x:g}" for x in position)
        axis.set_title(f"$t$ = {time:g}{place}")

    return draw
